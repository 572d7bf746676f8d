-- Values that functions give, also as the last entry of a table.

local function domain() return "example", "unused" end
local function excludes() return { "*.tmp", "*.bak" }, 1, 2 end

local function host(...)
	return { "prefix", name = ... }
end

sync {
	default.rsync,
	source  = "$SOURCE",
	exclude = excludes(),
	rsync   = { archive = true, _extra = { "--stats", ("--bwlimit=%d"):format(100) } },
	target  = ("%s.%s:/srv"):format(host("one", "two").name, domain()),
	name    = table.concat(host("main"), "-")
}

sync {
	default.rsync,
	source = os.getenv("SOURCE"),
	target = os.getenv("TARGET")
}

--@ start -delay 0.1
--@ log prefix: startup done
--@ expect rsync ... [--stats] [--bwlimit=100] ... [one.example:/srv/] < - *.tmp|- *.bak|
--@ expect rsync ... [-r] [--] [$SOURCE/] [$TARGET/]
