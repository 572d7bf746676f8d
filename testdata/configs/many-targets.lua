-- The web tree to all front ends. New servers go into the list.

local servers = {
	"web1.example",
	"web2.example",
	"web3.example",
}

settings {
	logfile    = "$DIR/log/lsyncd.log",
	statusFile = "$DIR/log/lsyncd.status",
	insist     = true,
}

local function target(server)
	log("Normal", "will sync to ", server)
	return server .. "::www"
end

for _, server in ipairs(servers) do
	sync {
		default.rsync,
		source       = "$SOURCE",
		target       = target(server),
		delay        = 15,
		maxProcesses = 2,
		exclude      = { "*.swp", "/tmp/" },
		rsync        = {
			archive  = true,
			compress = true,
		},
	}
end

--@ write source/index.html 1
--@ start -delay 0.1
--@ log Normal: will sync to web3.example
--@ expect rsync ... [-azs] ... [--delete] [-r] [--] [$SOURCE/] [web1.example::www/] < - *.swp|- /tmp/|
--@ expect rsync ... [$SOURCE/] [web2.example::www/] < - *.swp|- /tmp/|
--@ expect rsync ... [$SOURCE/] [web3.example::www/] < - *.swp|- /tmp/|
--@ write source/new.html 1
--@ write source/tmp/cache 1
--@ write source/.new.html.swp 1
--@ expect rsync ... [--files-from=-] ... [$SOURCE/] [web1.example::www/] < ...new.html...
--@ expect rsync ... [--files-from=-] ... [$SOURCE/] [web2.example::www/] < ...new.html...
--@ expect rsync ... [--files-from=-] ... [$SOURCE/] [web3.example::www/] < ...new.html...
--@ never rsync ... < ...cache...
--@ never rsync ... < ....swp|
--@ file log/lsyncd.log will sync to web2.example
