-- Makes web versions of what the photographers upload. The file that the
-- converter writes lies in the same tree and must not start another conversion.

local formats = { gif = true, jpg = true, png = true }

local convert = {
	delay        = 0,
	maxProcesses = 99,

	action = function(inlet)
		local event = inlet.getEvent()

		if event.isdir then
			inlet.discardEvent(event)
			return
		end

		local p = event.pathname
		local ext  = string.match(p, ".*%.([^.]+)$")
		local base = string.match(p, "(.*)%.[^.]+$")
		if not ext or not formats[ext] then
			log("Normal", "not doing something on ", p)
			inlet.discardEvent(event)
			return
		end

		if event.etype ~= "Create" and event.etype ~= "Modify" then
			inlet.discardEvent(event)
			return
		end

		log("Normal", "Converting ", p)
		inlet.addExclude(base .. ".webp")
		spawnShell(event, [[convert "$1" "$2"; cp "$1" "$2"]], event.sourcePath, event.source .. base .. ".webp")
	end,

	collect = function(event, exitcode)
		if event.isList then return end
		local p    = event.pathname
		local base = string.match(p, "(.*)%.[^.]+$")
		if base then
			local inlet = event.inlet
			inlet.rmExclude(base .. ".webp")
		end
	end,

	init = true,
	subdirs = false,
}

sync { convert, source = "$SOURCE" }

--@ start
--@ mkdir source/directory
--@ write source/beach.jpg picture
--@ expect convert [$SOURCE/beach.jpg] [$SOURCE/beach.webp]
--@ file source/beach.webp picture
--@ write source/notes.txt text
--@ log Normal: not doing something on notes.txt
--@ never convert ...webp] [...
