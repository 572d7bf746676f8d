-- §2 now and alarm.

local t = now()
same((t + 5) - t, 5)
same(t - (t + 0.5), -0.5)
same((5 + t) - t, 5)
same((t - 2) - t, -2)
same(t < t + 1, true)
same(t + 1 < t, false)
same(t < t, false)
same(t <= t, true)
same(t > t - 0.001, true)
same(t >= t + 1, false)
same(t == t + 0, true)
same(t == t + 1, false)
same(t ~= t + 1, true)
same(t.seconds, 1767225600)
same((t + 0.25).seconds, 1767225600.25)
same((t + lsyncd.jiffies_from_seconds(3)) - t, 3)
same(t .. '', tostring(t))
same('at ' .. t, 'at 2026-01-01 00:00:00.000')
same(#(t .. t), 2 * #tostring(t))
fails('does not have field "minutes"', function() return t.minutes end)
fails('takes a number of seconds', function() return t + '5 minutes' end)
fails('takes a number of seconds', function() return t + t end)
fails('takes a number of seconds', function() return t + 0 / 0 end)
fails('attempt to compare', function() return t < 5 end)
fails('cannot be subtracted from 5', function() return 5 - t end)
fails('alarm: the first argument must be a timestamp', alarm, 5, ok)
fails('function expected', alarm, t)

sync{ source = source, onCreate = true }

-- Alarms come in order of their times, equal ones in order of registration, each once, with what was given along.
local order = {}
local function note(at, extra)
	same(at, now())
	order[#order + 1] = extra or 'nil'
end
alarm(t + 2, note, 'last')
alarm(t + 1, note, 'a')
alarm(t + 1, note, 'b')
alarm(t + 1, function() error('a fault of one') end)
alarm(t + 1, note)
alarm(t + 1, function(at, extra)
	same(extra.x, 1)
	-- One for the past comes as soon as it can.
	alarm(at - 100, function(past) same(past, at - 100); same(now(), at); order[#order + 1] = 'past' end)
end, { x = 1 })
alarm(t + 3, function()
	same(order, { 'a', 'b', 'nil', 'past', 'last' })
	ok('order')
end)

--> advance 1s
--> error a fault of one
--> advance 10s
--> ok order
