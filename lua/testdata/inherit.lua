-- §2 sync{}: what it inherits.

local grand = { depth = 'grand', only = 'grand', t = { a = 'grand', c = 'grand' }, list = { 'g1', 'g2' } }
local parent = { grand, depth = 'parent', t = { a = 'parent', b = 'parent' }, exitcodes = { [0] = 'ok', [5] = 'again', [7] = 'die' }, flag = false }

local function config(t)
	t.source, t.prepare, t.onCreate = source, false, true
	return sync(t).getConfig()
end

-- Own values win, then come the parents in order, tables key by key.
local c = config{ parent, own = 1, t = { a = 'own' }, exitcodes = { [5] = 'die' } }
same(c.own, 1)
same(c.depth, 'parent')
same(c.only, 'grand')
same(c.flag, false)
same(c.t, { a = 'own', b = 'parent', c = 'grand' })
same(c[1], nil)

-- Integer keys of exitcodes are ordinary keys.
same(c.exitcodes, { [0] = 'ok', [5] = 'die', [7] = 'die' })

-- The parents stay as they were.
same(parent.t, { a = 'parent', b = 'parent' })
same(parent.only, nil)
same(config{ parent }.exitcodes, { [0] = 'ok', [5] = 'again', [7] = 'die' })

-- Two parents: the first wins.
c = config{ { x = 1 }, { x = 2, y = 2 } }
same(c.x .. c.y, '12')

-- Lists: those of the parent are added to one's own only when nothing but tables is inherited by position.
same(config{ grand }.list, { 'g1', 'g2' })

-- _merge = false keeps a table out of one that is there; _merge = { key } lets only some keys through.
local closed = { t = { _merge = false, a = 1, b = 2 } }
same(config{ closed, t = { a = 'own' } }.t, { a = 'own' })
same(config{ closed }.t, { a = 1, b = 2 })
local some = { _merge = { a = true, t = true }, a = 1, b = 2, t = { _merge = { x = true }, x = 1, y = 2 } }
c = config{ some }
same(c.a, 1)
same(c.b, nil)
same(c.t, { x = 1 })

-- _verbatim = true: integer keys are ordinary, tables there are no parents.
c = config{ { v = { _verbatim = true, 'one', { a = 1 } } }, v = { 'mine' } }
same(c.v[1], 'mine')
same(c.v[2], { a = 1 })
same(c.v.a, nil)

-- So it is always for the tables of exit codes.
for _, key in ipairs{ 'exitcodes', 'rsyncExitCodes', 'sshExitCodes' } do
	c = config{ { [key] = { [0] = 'ok', 'again' }, checkgauge = { [key] = true } }, [key] = { 'die', [7] = 'ok' } }
	same(c[key], { [0] = 'ok', 'die', [7] = 'ok' })
end

-- The global default gives the rest.
same(c.delay, nil)
same(c.maxProcesses, 1)
same(c.maxDelays, 1000)
same(c.action, default.action)
same(c.collect, default.collect)
same(c.init, default.init)
same(c.rsyncExitCodes, nil)
same(c.name, 'Sync11')

-- A config of one's own changes the default for all that follow.
default.delay = 3
same(config{}.delay, 3)
same(config{ delay = 4 }.delay, 4)
same(config{ default.rsync, target = '/t', init = false, rsync = { binary = 'sh' } }.delay, 15)
ok('done')

--> ok done
