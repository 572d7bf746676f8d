-- §3: unknown fields, own fields, and that the same delay gives the same event until it is done.
-- §2: spawn makes active. §5: getEvent, discardEvent. §6: again waits at least a second.

local kept

local function action(inlet)
	local event, event2 = inlet.getEvent()
	if not event then
		return
	end
	if kept then
		same(event == kept, true, 'the event that is tried again')
		same(rawget(event, 'mine'), 'x')
		same(event.mine, 'x')
		same(event.status, 'wait')
		inlet.discardEvent(event)
		same(event.status, 'done')
		same(event.path, 'dir/a')
		fails('done already', spawn, event, 'true')
		fails('done already', inlet.discardEvent, event)
		same(inlet.getEvent(), nil)
		ok('again')
		return
	end
	fails('event does not have field "nosuch"', function() return event.nosuch end)
	fails('did you mean "sourcePath"?', function() return event.sorcePath end)
	same(rawget(event, 'mine'), nil)
	same(rawget(event, 'path'), nil)
	event.mine = 'x'
	same(select('#', inlet.getEvent()) , 2)
	same(inlet.getEvent() == event, true)
	same(event == event2, false)
	same(tostring(event), 'Create "dir/a"')
	spawn(event, 'true')
	same(event.status, 'active')
	same(inlet.getEvent(), nil)
	fails('runs for this event already', spawn, event, 'true')
	fails('runs for this event already', inlet.discardEvent, event)
	kept = event
	ok('first')
end

sync{
	source = source,
	action = action,
	collect = function(agent, code)
		same(agent == kept, true, 'what collect gets')
		same(agent.mine, 'x')
		same(code, 42)
		ok('collect')
		return 'again'
	end,
}

--> create dir/a
--> ok first
--> run true
--> exit 42
--> ok collect
--> log Warn ended with exit code 42; trying again in 1s
--> advance 999ms
--> quiet
--> advance 1ms
--> ok again
