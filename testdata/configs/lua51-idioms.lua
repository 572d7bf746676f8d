-- Written for the Lua 5.1 that the first packages had.
-- §2: Lua of 5.1.

local targets = { "first", "second" }

local function both(...)
	local arg = { n = select("#", ...), ... }
	return unpack(arg)
end

local chunk = (loadstring or load)("return 1 + 1")

for i = 1, table.maxn and table.maxn(targets) or #targets do
	local a, b = both(targets[i], i)
	sync {
		default.direct,
		source = "$SOURCE",
		target = "$TARGET/" .. a,
		delay  = math.mod and 0 or math.fmod(b, 1),
		name   = string.format("%s of %d", a, chunk()),
	}
end

--@ write source/dir/a 1
--@ start
--@ file target/first/dir/a 1
--@ file target/second/dir/a 1
--@ idle
--@ rename source/dir source/moved
--@ file target/second/moved/a 1
--@ gone target/first/dir
