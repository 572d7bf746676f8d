-- §2: the small functions.

same(string.starts('config.lua', 'conf'), true)
same(string.starts('config.lua', 'onf'), false)
same(string.starts('', ''), true)
same(string.ends('config.lua', '.lua'), true)
same(string.ends('config.lua', 'config.luax'), false)
same(('a.tmp'):ends('.tmp'), true)
same(('a*b'):starts('a*'), true)
same(table.contains({ 1, 2, x = 'y' }, 'y'), true)
same(table.contains({ 1, 2 }, 3), false)
same(table.contains({}, 1), false)
same(lsyncd_version, '2.3.1')
same(type(default.rsync), 'table')

lsyncd.warning('careful')
same(lsyncd.find('/no/such'), nil)

-- ^names are replaced, also within tables; unknown ones are left.
same(substitudeCommands('ssh -p ^port ^host^port ^nosuch 5^', { port = 22, host = 'h' }), 'ssh -p 22 h22 ^nosuch 5^')
same(substitudeCommands({ '^a', { x = '^a b' }, 3 }, { a = 'A' }), { 'A', { x = 'A b' }, 3 })
same(substitudeCommands('^a', { a = '^b', b = 'no' }), '^b')

-- Directories and files.
local f = io.open(source .. 'seven', 'w')
f:write('1234567')
f:close()
same(readdir(source), { seven = false })
same(readdir(source .. '..')['source'], true)
same(readdir(source .. 'nosuch'), nil)
same(lsyncd.readdir(source), readdir(source))
same(lsyncd.get_file_size(source .. 'seven'), 7)
same(lsyncd.get_file_size(source .. 'nosuch'), nil)
same(lsyncd.realdir(source .. '../source/.'), source)
same(lsyncd.realdir(source .. 'seven'), nil)
same(lsyncd.realdir(source .. 'nosuch'), nil)

same(lsyncd.splitQuotedString('a  "b c" d"e f"g ""\t-x'), { 'a', 'b c', 'de fg', '', '-x' })
same(lsyncd.splitQuotedString('  '), {})
local port = lsyncd.get_free_port()
same(port > 1024 and port < 65536 and port == math.floor(port), true)
for _, pid in ipairs{ 0, -1, 1, -100 } do
	fails('is not the id of a process', lsyncd.kill, pid, 9)
end

local t = { a = 1, b = { c = 1 } }
lsyncd.inherit(t, { a = 2, b = { c = 2, d = 2 }, 5, e = 2 })
same(t, { a = 1, b = { c = 1, d = 2 }, e = 2, 5 })
lsyncd.inherit(t, { 'x', 'y' }, true)
same(t[1], 5)
same(t[2], 'y')
local itself = {}
itself[1] = itself
fails('inherited by itself', lsyncd.inherit, {}, itself)

-- Lua 5.2 and 5.3 as configs use them.
same(table.pack(1, nil, 3).n, 3)
same({ table.unpack{ 1, 2 } }, { 1, 2 })
same(load('return x', 'chunk', 't', { x = 4 })(), 4)
same(('ab'):rep(2, '-'), 'ab-ab')
same(math.type(1), 'integer')
same(utf8.len('ä'), 1)

-- §5: the texts of an event for substitudeCommands.
sync{
	source = source, target = '/t/', host = 'h', prepare = false,
	onCreate = function(event)
		local data = event.inlet.getSubstitutionData(event, { extra = 'e' })
		same(substitudeCommands('^extra ^host:^targetPath ^sourcePathname ^pathdir', data), 'e h:/t/a/b ' .. source .. 'a/b a/')
		local known = event.inlet.getSync()
		same(known.name, 'Sync1')
		same(known.source, source)
		same(known.inlet, event.inlet)
		same(known.config, event.config)
		ok('substitution')
	end,
}

--> log Warn careful
--> error nosuch: no such file or directory
--> create a/b
--> ok substitution
