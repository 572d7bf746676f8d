-- §2 sync{}: what the global default gives to every sync, and nothing else.

default.maxDelays = 77
default.maxProcesses = 3
default.delay = 2
default.invented = 'not inherited'
default.checkgauge.mine = true
local collect = default.collect
function default.collect(agent, code)
	ok('collect ' .. code)
	return collect(agent, code)
end
function default.init(event)
	ok('init ' .. event.etype)
	event.inlet.discardEvent(event)
end
function default.action(inlet)
	local event = inlet.getEvent()
	ok('action ' .. event.path)
	spawn(event, 'tool')
end
local prepare, prepared = default.prepare, 0
function default.prepare(config, level)
	prepared = prepared + 1
	return prepare(config, level)
end

local config = sync{ source = source, onCreate = true, mine = 1 }.getConfig()
same(prepared, 1)
same(config.maxDelays, 77)
same(config.maxProcesses, 3)
same(config.delay, 2)
same(config.invented, nil)
same(config.checkgauge.mine, true)
same(config.statusInterval, nil)
same(config.rsync, nil)

-- Own functions come first, and prepare = false checks nothing.
sync{ source = source, prepare = false, unheard = 'of', init = false, action = function(inlet) ok('own') inlet.discardEvent(inlet.getEvent()) end }
same(prepared, 1)

--> ok init Init
--> create a
--> advance 2s
--> ok action a
--> run tool
--> exit 0
--> ok collect 0
--> create @1 b
--> advance 2s
--> ok own
