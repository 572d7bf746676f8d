-- Written for the Lua 5.3 that Lsyncd was built with.
-- §2: Lua of 5.3.

local hosts = table.pack("a.example", "b.example", "skip.example", "c.example")
local banner = string.rep("=", 3, "-")
local tab, umlaut, heart = "\x09", "\u{fc}", "\z
                                             \u{2665}"
local mask = bit32 and bit32.band(bit32.bor(bit32.lshift(1, 4), 0x0f), bit32.bnot(1))
local half = math.tointeger(math.floor(7 / 2))

local sandbox = { tostring = tostring }
local rule = load("return function(n) return 'host-' .. tostring(n) end", "=rule", "t", sandbox)()
assert(not pcall(load("return os.exit", "=os", "t", sandbox) and load("return os.exit()", "=os", "t", sandbox)))

log("Normal", banner, " ", mask, " ", half, " ", math.type(half), " ", umlaut, heart, #tab)

for number = 1, hosts.n do
	local host = hosts[number]
	if host:find("^skip") then goto continue end
	do
		local first, second = table.unpack({ string.match(host, "^(%a+)%.(.*)$") })
		log("Normal", rule(number), ": ", first, " in ", second, ", ", ("%q"):format(host))
	end
	sync {
		source = "$SOURCE",
		delay  = half - 3,
		name   = rule(number),
		action = function(inlet)
			for index = 1, 10 do
				local event = inlet.getEvent()
				if event == nil then break end
				if not event.isdir then goto work end
				inlet.discardEvent(event)
				goto next
				::work::
				spawn(event, "publish", host, tostring(event.pathname), number)
				do return end
				::next::
			end
		end,
	}
	::continue::
end

--@ start
--@ log =-=-= 30 3 integer ü♥1
--@ log host-1: a in example, "a.example"
--@ log host-4: c in example, "c.example"
--@ write source/file 1
--@ expect publish [a.example] [file] [1]
--@ expect publish [b.example] [file] [2]
--@ expect publish [c.example] [file] [4]
--@ never publish [skip...
