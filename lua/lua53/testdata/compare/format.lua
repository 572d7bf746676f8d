-- string.format with random directives and values, tostring and .. of random fractions, tonumber of random text.
-- SEED selects them. Values are such that the lack of an integer subtype does not show.
local seed = tonumber(os.getenv('SEED') or '1')
local function rnd(n) seed = (seed * 16807) % 2147483647 return seed % n + 1 end
local function pick(t) return t[rnd(#t)] end
local flags = {'', '', '', '-', '0', '+', ' ', '#', '-+', '0+', '-0', '# '}
local ints = {0, 1, -1, 7, 42, -255, 65535, 2147483647, -2147483648, 4294967296, 9007199254740992, -9007199254740992, '10', ' -3 ', '0x1F'}
local floats = {0.5, -0.5, 0.1, 1/3, -1/3, 1e-5, 123456.789, 1.5e300, -2.5e-300, 3.14159265358979, 99999.5, 0.0001, 1e15 + 0.5, '1.25', 1/0, -1/0, 2^0.5, 5e-324}
local strings = {'', 'a', 'hello', 'with\0zero', '\200\201', 'line\nbreak', 'quote"back\\', '\r\t\1272', 'x7'}
for k = 1, 3000 do
  local f = '%' .. pick(flags) .. pick{'', '', '1', '5', '12'} .. pick{'', '', '.', '.0', '.1', '.3', '.10'}
  local class, v = rnd(4), nil
  if class == 1 then f, v = f .. pick{'d', 'i'}, pick(ints)
  elseif class == 2 then f, v = f:gsub('[+ ]', '') .. pick{'x', 'X', 'o'}, pick(ints)
  elseif class == 3 then f, v = f .. pick{'e', 'E', 'f', 'g', 'G', 'a', 'A'}, pick(floats)
    if f:find('[aA]') then f, v = f:gsub('%.%d*', ''):gsub('#', ''), v == 5e-324 and 1.5 or v end -- C may round %a its way
  else f, v = f:gsub('[0+# ]', '') .. pick{'s', 's', 'c', 'q'}, pick(strings)
    if f:sub(-1) == 'c' then v = 32 + rnd(90) f = f:gsub('%..*c', 'c') end
    if f:sub(-1) == 'q' then f = '%q' end
    if type(v) == 'string' and v:find('%z') and f ~= '%q' then v = 'zero' end
  end
  print(k, f, (pcall(string.format, f, v)), select(2, pcall(string.format, '[' .. f .. ']', v)):gsub('%z', '<0>'):gsub('\n', '<n>'), nil)
end
for k = 1, 2000 do
  local x = (rnd(1000000) + rnd(1000000) / 1000003) * 10 ^ (rnd(40) - 20) * (rnd(2) == 1 and 1 or -1)
  if x % 1 ~= 0 and tostring(x):find("[.e]") and not tostring(x):find("%.0$") then print(k, tostring(x), x .. '', x .. '|' .. k, table.concat({x}), string.format('%s', x)) end
end
local pieces = {'0', '1', '9', '.', 'e', 'E', '-', '+', 'x', 'X', 'a', 'F', 'p', ' ', '\t', '\n', '_', 'inf', 'nan', '0x', '.5', 'e1', 'p1', '12'}
for k = 1, 3000 do
  local s = ''
  for _ = 1, rnd(5) do s = s .. pick(pieces) end
  local v = tonumber(s)
  print(k, v and string.format('%.17g', v), tonumber(s, 16) and string.format('%.0f', tonumber(s, 16)))
end
for k = 1, 300 do
  local t = rnd(2000000000) * (rnd(4) == 1 and -1 or 1)
  print(os.date('!%a %A %b %B %c %d %D %e %F %g %G %h %H %I %j %m %M %n %p %r %R %S %t %T %u %U %V %w %W %x %X %y %Y %z %Z %% %C', t))
  local d = os.date('*t', t)
  print(d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst, os.time(d) == t)
  d.month, d.day, d.isdst = d.month + rnd(30) - 15, d.day + rnd(80) - 40, nil
  print(os.time(d), d.year, d.month, d.day)
end
for k = 1, 500 do
  local codes = {}
  for i = 1, rnd(6) do codes[i] = pick{0, 0x24, 0x7f, 0x80, 0xa2, 0x7ff, 0x800, 0x20ac, 0xd800, 0xffff, 0x10000, 0x10ffff} end
  local s = utf8.char(table.unpack(codes))
  if rnd(3) == 1 then s = s:sub(1, -2) .. pick{'\x80', '\xff', '', '\xc3'} end
  local function try(f, ...) local r = table.pack(pcall(f, ...)) for i = 1, r.n do r[i] = tostring(r[i]) end return r[1] == 'true' and table.concat(r, ',') or 'ERR' end
  local i, j = rnd(12) - 4, rnd(12) - 4
  print(k, try(utf8.len, s), try(utf8.len, s, i, j), try(utf8.codepoint, s, i, j), try(utf8.offset, s, i), try(utf8.offset, s, i, j),
    try(function() local t = {} for p, c in utf8.codes(s) do t[#t + 1] = p .. ':' .. c end return table.concat(t, ' ') end))
  print(try(string.sub, s, i, j):gsub('[\0-\31]', '?'), try(string.byte, s, i, j), #s:reverse())
end
