-- Hands every change to a search index, in batches, and has it rebuilt at startup.

local indexing = {
	maxProcesses = 2,
	delay        = 3,

	init = function(event)
		local inlet  = event.inlet
		local config = inlet.getConfig()
		log("Normal", "rebuilding the index of ", config.source)
		spawn(event, "indexer", "rebuild", config.source)
	end,

	action = function(inlet)
		local list = inlet.getEvents(function(event)
			return event.etype ~= "Delete" and event.etype ~= "Move"
		end)

		if list.size() > 0 then
			local paths = list.getPaths(function(etype, path1, path2)
				if path1:sub(-1) == "/" then return nil end
				return path1, path2
			end)
			table.sort(paths)
			spawn(list, "indexer", "<", table.concat(paths, "\n"), "add", "--from=-")
			return
		end

		local event, event2 = inlet.getEvent()
		if event.etype == "Move" then
			spawn(event, "indexer", "rename", event.path, event2.path)
		else
			spawn(event, "indexer", "forget", event.path)
		end
	end,

	collect = function(agent, exitcode)
		if not agent.isList and agent.etype == "Init" then
			if exitcode ~= 0 then
				log("Error", "rebuilding failed with ", exitcode)
				return "again"
			end
			return "ok"
		end
		if exitcode == 75 then
			return "again"
		end
		if agent.isList then
			log("Normal", "indexed ", agent.size(), " changes, exit code ", exitcode)
		end
		return "ok"
	end,

	onMove = true,
}

sync {
	indexing,
	source = "$SOURCE",
}

--@ write source/old.txt 1
--@ start -delay 0.1
--@ expect indexer [rebuild] [$SOURCE/]
--@ exit indexer 75
--@ write source/a.txt 1
--@ count 2 indexer [add] [--from=-] < /a.txt
--@ log indexed 1 changes, exit code 0
--@ idle
--@ rename source/old.txt source/new.txt
--@ expect indexer [rename] [old.txt] [new.txt]
--@ idle
--@ remove source/new.txt
--@ expect indexer [forget] [new.txt]
