-- §5 Lists: everything that can be asked of one.
-- §2: spawn takes lists. §3: the same event object alone and in a list.

local rounds = {}
local function action(inlet)
	table.remove(rounds, 1)(inlet)
end

rounds[1] = function(inlet)
	local list = inlet.getEvents()
	same(list.isList, true)
	same(list.config, inlet.getConfig())
	same(list.inlet, inlet)
	same(list.status, 'wait')
	same(list.size(), 4)
	same(list:size(), 4)
	same(tostring(list), 'list of 4 events')
	fails('event list does not have field "path"', function() return list.path end)
	fails('did you mean "getPaths"?', function() return list.getpaths end)

	same(list.getPaths(), { '/a', '/dir/', '/old', '/new', '/gone' })
	same(list:getPaths(), list.getPaths())
	same(list.getPaths('\n'), '/a\n/dir/\n/old\n/new\n/gone')
	same(list.getPaths(''), '/a/dir//old/new/gone')
	same(list.getSourcePaths(), { source .. 'a', source .. 'dir/', source .. 'old', source .. 'new', source .. 'gone' })
	same(list.getSourcePaths('|'):sub(1, #source + 2), source .. 'a|')

	local args = {}
	local mutated = list.getPaths(function(etype, path, path2)
		args[#args + 1] = { etype, path, path2 }
		if etype == 'Move' then
			return path .. '>', '>' .. path2
		elseif etype ~= 'Delete' then
			return path .. '!'
		end
	end)
	same(args, { { 'Create', '/a' }, { 'Modify', '/dir/' }, { 'Move', '/old', '/new' }, { 'Delete', '/gone' } })
	same(mutated, { '/a!', '/dir/!', '/old>', '>/new' })
	same(list.getSourcePaths(function(_, path) return nil, path end)[1], source .. 'a')
	fails('takes a function, a delimiter or nothing', list.getPaths, 7)
	fails('mutator', list.getPaths, function() error('mutator') end)

	local events = list.getList()
	same(#events, 5)
	same(events[1].path, 'a')
	same(events[3].move, 'Fr')
	same(events[4].move, 'To')
	same(events[1] == inlet.getEvent(), true, 'the same event alone and in a list')
	list.mine = 1
	same(rawget(list, 'mine'), 1)

	spawn(list, 'batch', list.getPaths())
	same(list.status, 'active')
	same(events[1].status, 'active')
	fails('runs for this event already', inlet.discardEvent, list)
	ok('functions')
end

-- A list that is discarded, and an empty one.
rounds[2] = function(inlet)
	local list = inlet.getEvents()
	same(list.size(), 2)
	inlet.discardEvent(list)
	same(list.status, 'done')
	same(inlet.getEvent(), nil)
	local empty = inlet.getEvents()
	same(empty.size(), 0)
	same(empty.isList, true)
	same(empty.getPaths(), {})
	same(empty.getPaths(','), '')
	same(empty.getList(), {})
	same(empty.status, 'done')
	inlet.discardEvent(empty)
	fails('inlet.discardEvent', spawn, empty, 'true')
	ok('discarded')
end

-- The test decides: true takes, false leaves with all that waits for it, 'break' ends.
rounds[3] = function(inlet)
	local asked = {}
	local function paths(test)
		return inlet.getEvents(test).getPaths()
	end
	same(paths(function(event)
		asked[#asked + 1] = event.path
		return event.path ~= 'b'
	end), { '/a', '/d/', '/d/x', '/e' })
	same(asked, { 'a', 'b', 'd/', 'd/x', 'e' })
	same(paths(function(event) return event.path ~= 'd/' end), { '/a', '/b', '/e' })
	same(paths(function(event) return event.path ~= 'd/' or 'break' end), { '/a', '/b' })
	same(paths(function() return 'break' end), {})
	same(paths(function() end), {})
	same(paths(function() return 0 end), { '/a', '/b', '/d/', '/d/x', '/e' })
	fails('a fault of the test', paths, function() error('a fault of the test') end)
	fails('takes a function', paths, 'a')

	-- A list may hold what waits for others of the same list.
	local list = inlet.getEvents(function(event) return event.isdir or event.pathdir ~= '' end)
	same(list.getPaths(), { '/d/', '/d/x' })
	same(list.getList()[2].status, 'block')
	spawn(list, 'some', list.getPaths())
	inlet.discardEvent(inlet.getEvents())
	ok('tests')
end

sync{
	source = source, onMove = true, delay = 1, maxProcesses = 2, action = action,
	collect = function(list, code)
		same(list.isList, true)
		same(list.mine, 1)
		same(list.status, 'active')
		same(list.size(), 4)
		same(code, 23)
		ok('collect')
	end,
}

-- The test gets both events of a Move.
sync{
	source = source, onMove = true,
	action = function(inlet)
		local list = inlet.getEvents(function(event, event2)
			same(event.path, 'x')
			same(event2.path, 'y')
			return true
		end)
		inlet.discardEvent(list)
		ok('both')
	end,
}

--> create a
--> modify dir/
--> move old new
--> delete gone
--> quiet
--> advance 1s
--> ok functions
--> run batch /a /dir/ /old /new /gone
--> exit 23
--> ok collect
--> create p
--> create q
--> advance 1s
--> ok discarded
--> create a
--> create b
--> create d/
--> create d/x
--> create e
--> advance 1s
--> ok tests
--> run some /d/ /d/x
--> move @1 x y
--> ok both
