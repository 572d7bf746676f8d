-- What every sync inherits.

default._merge = {
	action = true, checkgauge = true, collect = true, delay = true, init = true,
	maxDelays = true, maxProcesses = true, prepare = true,
}

default.maxDelays = 1000
default.maxProcesses = 1
default.statusInterval = 10

-- The keys that a sync may have. A preset adds its own, with true or with the kind of its values; false forbids one.
default.checkgauge = {
	action = true, capabilities = { deletes = true, hardLinks = true, target = true, trees = true },
	checkgauge = true, collect = true, crontab = true, delay = true,
	exclude = true, excludeFrom = true, exitcodes = true, filter = true, filterFrom = true,
	full = true, guard = true, init = true, maxDelays = true, maxProcesses = true, monitor = true, name = true, pollInterval = true,
	onAttrib = true, onCreate = true, onDelete = true, onEndExist = true, onExist = true, onFull = true, onModify = true, onMove = true,
	onStartup = true, prepare = true, source = true, subdirs = true, target = true, tunnel = true, unsafeShell = true,
	fsync = 'no: default.direct has it; for rsync from 3.2.4 on write rsync = { _extra = { "--fsync" } }',
	unsafe = 'no: it belongs to default.direct alone; remove it',
	ssh = 'no: it belongs to default.rsyncssh; with default.rsync write rsync = { rsh = "ssh -p 2222" }',
}

-- Exit codes, and what collect does about them. 128 and more are deaths by a signal.
local function withSignals(codes)
	for signal = 1, 64 do
		codes[128 + signal] = 'again'
	end
	return codes
end

-- 15, 16, 19, 125: a signal ended another process of the same transfer.
default.rsyncExitCodes = withSignals{
	_verbatim = true,
	[0] = 'ok', [1] = 'die', [2] = 'die', [3] = 'again', [4] = 'die', [5] = 'again', [6] = 'again',
	[10] = 'again', [11] = 'again', [12] = 'again', [14] = 'again', [15] = 'again', [16] = 'again', [19] = 'again',
	[20] = 'again', [21] = 'again', [22] = 'again', [23] = 'partial', [24] = 'ok', [25] = 'die',
	[30] = 'again', [35] = 'again', [125] = 'again', [255] = 'again',
}

default.sshExitCodes = withSignals{ _verbatim = true, [0] = 'ok', [255] = 'again' }

-- Runs on<Etype> for one event. What it does not spawn for is done.
function default.action(inlet)
	local event, event2 = inlet.getEvent()
	if not event then
		return
	end
	local handler = inlet.getConfig()['on' .. event.etype]
	if type(handler) == 'function' then
		handler(event, event2)
	end
	if event.status == 'wait' then
		inlet.discardEvent(event)
	end
end

-- Looks the exit code up. Without a table everything but 0 is fatal, as is a
-- code that a table does not have.
function default.collect(agent, exitcode)
	local codes = agent.config.exitcodes
	if not codes then
		codes = { [0] = 'ok' }
	end
	return codes[exitcode] or 'die'
end

-- The startup of a sync.
function default.init(event)
	local startup = event.config.onStartup
	if type(startup) == 'function' then
		startup(event)
	end
	if event.status == 'wait' then
		event.inlet.discardEvent(event)
	end
end

-- A full sync, asked for by crontab or inlet.createFullEvent.
function default.full(event)
	local handler = event.config.onFull
	if type(handler) == 'function' then
		handler(event)
	end
	if event.status == 'wait' then
		event.inlet.discardEvent(event)
	end
end

-- Refuses keys that the checkgauge does not have.
function default.prepare(config, level)
	local faults = lsyncd.check(config)
	if #faults > 0 then
		error(table.concat(faults, '\n'), 0)
	end
end
