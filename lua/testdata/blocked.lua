-- §2 spawn, §4: an event that waits for an older one cannot be spawned for alone, in a list it can; and it waits for
-- all that are older and touch it.
-- §6: what is done frees what waited.

local rounds = {}
sync{
	source = source, maxProcesses = 4, delay = 1,
	action = function(inlet) table.remove(rounds, 1)(inlet) end,
}

rounds[1] = function(inlet)
	local list = inlet.getEvents()
	same(list.getPaths(), { '/d/a', '/d/b', '/d/' })
	local events = list.getList()
	same(events[3].status, 'block')
	fails('the event waits for an older one', spawn, events[3], 'tool')
	fails('the event waits for an older one', inlet.discardEvent, events[3])
	spawn(events[1], 'first')
	spawn(events[2], 'second')
	same(inlet.getEvents().size(), 0)
	ok('one by one')
end
rounds[2] = function(inlet)
	spawn(inlet.getEvent(), 'third', inlet.getEvent().path)
end
rounds[3] = function(inlet)
	local list = inlet.getEvents()
	same(list.getList()[2].status, 'block')
	spawn(list, 'both', list.getPaths())
	same(list.getList()[2].status, 'active')
end

--> modify d/a
--> modify d/b
--> attrib d/
--> advance 1s
--> ok one by one
--> run first
--> run second
--> exit 0
--> quiet
--> exit 0
--> run third d/
--> exit 0
--> modify e/a
--> attrib e/
--> advance 1s
--> run both /e/a /e/
