-- §2: everything that a config finds, and of which type it is.

for name, kind in pairs{
	sync = 'function', spawn = 'function', spawnShell = 'function', log = 'function', terminate = 'function', now = 'function',
	alarm = 'function', readdir = 'function', observefd = 'function', nonobservefd = 'function', substitudeCommands = 'function',
	default = 'table', lsyncd = 'table', lsyncd_version = 'string',
	-- Standard Lua.
	assert = 'function', collectgarbage = 'function', dofile = 'function', error = 'function', getmetatable = 'function', ipairs = 'function',
	load = 'function', loadfile = 'function', next = 'function', pairs = 'function', pcall = 'function', print = 'function', rawequal = 'function',
	rawget = 'function', rawlen = 'function', rawset = 'function', require = 'function', select = 'function', setmetatable = 'function',
	tonumber = 'function', tostring = 'function', type = 'function', xpcall = 'function', _G = 'table', _VERSION = 'string',
	coroutine = 'table', debug = 'table', io = 'table', math = 'table', os = 'table', package = 'table', string = 'table', table = 'table', utf8 = 'table',
} do
	same(type(_G[name]), kind, name)
end
same(tostring(settings), 'function: settings')

for _, name in ipairs{
	'log', 'terminate', 'now', 'readdir', 'realdir', 'kill', 'get_free_port', 'get_file_size', 'get_process_info',
	'jiffies_from_seconds', 'splitQuotedString', 'inherit', 'dump', 'observe_fd', 'nonobserve_fd',
} do
	same(type(lsyncd[name]), 'function', 'lsyncd.' .. name)
end
same(lsyncd.now() == now(), true)
same((lsyncd.now() + lsyncd.jiffies_from_seconds(2)) - now(), 2)

-- What 5.2 and 5.3 have more than 5.1.
same(select('#', table.unpack({ 1, nil, 3 }, 1, 3)), 3)
same(math.tointeger(3.0), 3)
same(math.type(1.5), 'float')
same(math.ult(1, 2), true)
same(math.maxinteger > 0 and math.mininteger < 0, true)
same(load('return ...')(7), 7)
same(select(2, load('\27Lua', 'binary', 't')):find('binary chunks cannot be loaded') ~= nil, true)
same(utf8.char(228), 'ä')
same(package.path:find('?.lua', 1, true) ~= nil, true)

-- The first declaration has the first name, and sync returns its inlet.
local inlet = sync{ source = source, onCreate = true }
same(inlet.getConfig().name, 'Sync1')
same(sync{ source = source, onCreate = true, name = 'mine' }.getConfig().name, 'mine')
same(sync{ source = source, onCreate = true }.getConfig().name, 'Sync3')

alarm(now() + 1, function() lsyncd.terminate(9) end)

--> advance 1s
--> log Alarm calling what was asked for 2026-01-01 00:00:01
--> ended 9
