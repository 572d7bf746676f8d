-- Größere Verzeichnisse mit Umlauten; Dateinamen auch in Latin-1 (M\252ller).

local ordner = "Übergrößenträger"

sync {
	default.rsync,
	name    = "Bücher",
	source  = "$SOURCE/" .. ordner,
	target  = "$TARGET/" .. ordner .. "/日本語/",
	delay   = 1,
	exclude = { "Entwürfe/", "*.Größe", "?.äöü" },
}

sync {
	name   = "Latin-1",
	source = "$SOURCE",
	delay  = 1,
	onCreate = function(event)
		if event.basename == "M\252ller.txt" then
			log("Normal", "Herr ", event.basename:upper(), " ist da")
		end
		spawn(event, "publish", "<", event.basename, ("%d"):format(#event.basename))
	end,
}

--@ mkdir target/Übergrößenträger
--@ mkdir source/Übergrößenträger/Entwürfe
--@ start -delay 0.1
--@ expect rsync ... [$SOURCE/Übergrößenträger/] [$TARGET/Übergrößenträger/日本語/] < - Entwürfe/|- *.Größe|- ?.äöü|
--@ write source/Übergrößenträger/Straße.txt 1
--@ write source/Übergrößenträger/Entwürfe/geheim 1
--@ expect rsync ... < ./Straße.txt|
--@ expect publish [11] < Straße.txt
--@ write source/Übergrößenträger/x.äöü 1
--@ expect publish [8] < x.äöü
--@ never rsync ...geheim...
