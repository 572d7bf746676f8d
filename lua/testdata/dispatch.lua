-- §4: what the default action and the default init call, and that an event nothing was spawned for is done.
-- §3: Init and Full are made by the engine.

local seen = {}
local function note(what)
	return function(event, ...)
		same(select('#', ...) <= 1, true)
		seen[#seen + 1] = what .. ' ' .. event.etype .. ' ' .. event.path
		same(event.status, 'wait')
	end
end

sync{
	source = source,
	onStartup = note('startup'),
	onCreate = note('create'), onModify = note('modify'), onAttrib = note('attrib'), onDelete = note('delete'), onFull = note('full'),
	onMove = function(event, event2) seen[#seen + 1] = 'move ' .. event.path .. ' ' .. event2.path end,
	maxProcesses = 2,
}

-- init = true is the default init, init = false none at all.
sync{ source = source, init = true, onStartup = function(event) same(event.etype, 'Init'); same(event.isdir, false); same(event.path, ''); ok('init true') end, onCreate = true }
sync{ source = source, init = false, onStartup = function() error('not to be called') end, onCreate = 'touch ^path' }
sync{ source = source, init = function(event, inlet) same(event.inlet, inlet); spawn(event, 'begin') end, onCreate = function() error('too early') end }

alarm(now() + 1, function()
	same(seen, { 'startup Init ', 'create Create c', 'modify Modify m', 'attrib Attrib a', 'delete Delete d', 'move x y' })
	ok('seen')
end)

--> ok init true
--> run begin
--> create @3 a
--> create c
--> modify m
--> attrib a
--> delete d
--> move x y
--> create @1 file
--> create @2 file
--> run sh -c 'touch "$1"' sh file
--> exit 1
--> error this exit code says to stop; exitcodes = { [1] = "again" } in the sync at
--> ended 255
