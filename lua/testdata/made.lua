-- §3, §5: events that scripts make: Blanket, Full, and ordinary ones.
-- §4: Blanket, Full, and config.full.

local order = {}
local inlet = sync{
	source = source, delay = 1, maxProcesses = 4, onMove = true,
	action = function(inlet)
		local event, event2 = inlet.getEvent()
		order[#order + 1] = event.etype .. ' ' .. event.path .. (event2 and '>' .. event2.path or '')
		if event.path == 'first' then
			local blanket = inlet.createBlanketEvent()
			same(blanket.isdir, false)
			same(blanket.etype .. ' ' .. blanket.path .. ' ' .. blanket.status, 'Blanket  wait')
			spawn(blanket, 'alone')
			spawn(event, 'first')
		elseif event.path == 'second' then
			-- One that nothing is spawned for at once comes to the action.
			inlet.createBlanketEvent()
			inlet.discardEvent(event)
		else
			inlet.discardEvent(event)
		end
	end,
	full = function(event, inlet)
		same(event.etype, 'Full')
		same(event.inlet, inlet)
		order[#order + 1] = 'Full ' .. event.path
		spawn(event, 'full', event.path)
	end,
}

local function take()
	local t = order
	order = {}
	return t
end

-- What is younger than a Blanket waits until it is done.
alarm(now() + 4, function() same(take(), { 'Create first' }); ok('held') end)
alarm(now() + 5, function() same(take(), { 'Create behind', 'Create second', 'Blanket ' }); ok('released') end)

-- A Full waits for nothing and holds up nothing.
alarm(now() + 6, function()
	same(inlet.createFullEvent('/dir/').path, 'dir/')
	same(inlet.createFullEvent().path, '')
	inlet.addEvent('Modify', 'dir/x')
	inlet.addEvent('Delete', '/y')
	inlet.addEvent('Move', 'from', '/to')
	inlet.addEvent('Attrib', 'dir/')
	fails('takes Attrib, Modify, Create, Delete or Move', inlet.addEvent, 'Full', 'x')
	fails('for a Move the new path', inlet.addEvent, 'Move', 'x')
	fails('for a Move the new path', inlet.addEvent, 'Create', 'x', 'y')
end)
alarm(now() + 8, function()
	same(take(), { 'Full dir/', 'Full ', 'Modify dir/x', 'Delete y', 'Move from>to', 'Attrib dir/' })
	ok('full')
end)

-- Without a function of one's own the default full calls onFull.
local second = sync{ source = source, onFull = function(event) same(event.etype .. event.path, 'Fulla'); ok('onFull') end }
alarm(now() + 9, function() second.createFullEvent('a') end)

--> create first
--> advance 1s
--> run alone
--> run first
--> create behind
--> create second
--> advance 3s
--> ok held
--> exit 0
--> advance 1s
--> ok released
--> advance 1s
--> run full dir/
--> run full ''
--> advance 2s
--> ok full
--> advance 1s
--> ok onFull
