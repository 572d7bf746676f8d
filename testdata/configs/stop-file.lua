-- A file called STOP ends the daemon; a file called RELOAD is only noticed.

sync {
	source   = "$SOURCE",
	delay    = 0,
	subdirs  = false,
	onCreate = function(event)
		if event.name == "STOP" then
			log("Normal", "stopped by file")
			os.remove(event.sourcePath)
			terminate(7)
		end
		spawn(event, "publish", event.name)
	end,
}

--@ mkdir source/sub
--@ start
--@ write source/sub/STOP 1
--@ write source/RELOAD 1
--@ expect publish [RELOAD]
--@ write source/STOP 1
--@ ends 7
--@ gone source/STOP
