-- At most three changes at a time, deletions at last, and never a directory.

local function order(event)
	if event.isdir then return false end
	return event.etype ~= "Delete"
end

sync {
	source = "$SOURCE",
	delay  = 1,

	action = function(inlet)
		local count = 0
		local list = inlet.getEvents(function(event)
			if not order(event) then return false end
			count = count + 1
			if count > 3 then return "break" end
			return true
		end)

		if list.size() == 0 then
			local event = inlet.getEvent()
			if event.isdir then
				inlet.discardEvent(event)
			else
				spawn(event, "publish", "withdraw", event.path)
			end
			return
		end

		log("Normal", "publishing ", list.size(), " of ", #list.getList(), ": ", list.getSourcePaths(", "))
		for _, event in ipairs(list.getList()) do
			log("Debug", event.etype, " ", event.path, " is ", event.status)
		end
		spawn(list, "publish", "<", list.getPaths("\n"), "add")
	end,

	collect = function(agent, exitcode)
		if exitcode == 1 then return "again" end
		return "ok"
	end,
}

--@ write source/gone 1
--@ mkdir source/dir
--@ start -delay 0.3
--@ write source/1 1
--@ write source/2 1
--@ write source/3 1
--@ write source/4 1
--@ remove source/gone
--@ expect publish [add] < ...4
--@ expect publish [withdraw] [gone]
--@ never publish [add] < ...~...~...~...
