-- §2 prepare and checkgauge.

local function config(t)
	t.source, t.onCreate = source, true
	return sync(t).getConfig()
end

-- prepare gets the whole, merged table and may change it.
local c = config{
	{ inherited = 'i' },
	prepare = function(config, level)
		same(type(level), 'number')
		same(config.inherited, 'i')
		same(config.source, source)
		same(config.delay, nil)
		config.delay = 7
		config.added = 'a'
	end,
}
same(c.delay, 7)
same(c.added, 'a')

-- A key that one adds to checkgauge is allowed, at any depth.
c = config{ checkgauge = { mine = true, t = { x = true } }, mine = 1, t = { x = 2 } }
same(c.mine, 1)
same(c.t, { x = 2 })

-- lsyncd.check tells what a checkgauge does not allow; false forbids what a parent allows.
same(#lsyncd.check{ checkgauge = { a = true, t = { x = true } }, checkgauge2 = nil, a = 1, t = { x = 1 } }, 1) -- checkgauge itself
local faults = lsyncd.check{ checkgauge = { checkgauge = true, known = true, gone = false, t = { x = true } },
	knwon = 1, gone = 1, t = { x = 1, y = 2 }, 'a word' }
same(#faults, 4)
same(faults[1]:find('holds "a word" without a key', 1, true) ~= nil, true)
same(faults[2]:find('"gone" cannot be used', 1, true) ~= nil, true)
same(faults[3]:find('unknown parameter "knwon" (did you mean "known"? if it is no typo, add it to checkgauge)', 1, true) ~= nil, true)
same(faults[4]:find('unknown parameter "t.y"', 1, true) ~= nil, true)
ok('done')

--> ok done
