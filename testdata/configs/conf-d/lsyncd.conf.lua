-- Packages drop their syncs into conf.d; here we only collect them.

package.path = "$DIR/etc/?.lua;" .. package.path

local confdir = "$DIR/etc/conf.d/"
local names = {}

for name, isdir in pairs(readdir(confdir)) do
	if not isdir and name:match("%.lua$") then
		names[#names + 1] = name
	end
end

table.sort(names)

for _, name in ipairs(names) do
	log("Normal", "reading ", name)
	dofile(confdir .. name)
end

settings {
	statusFile     = "$DIR/log/lsyncd.status",
	statusInterval = 1,
	maxProcesses   = 3,
	insist         = true,
}

--@ mkdir source/www
--@ mkdir source/mail
--@ mkdir source/home
--@ write etc/conf.d/40-late.lua.off sync { settled, source = "$SOURCE/home", target = "backup::home" }
--@ start -delay 0.1
--@ log reading 10-www.lua
--@ log reading 20-mail.lua
--@ expect rsync ... [$SOURCE/www/] [backup::www/]
--@ expect rsync ... [$SOURCE/mail/] [backup::mail/] < - /tmp/|- *.lock|
--@ write source/www/a 1
--@ write source/mail/b 1
--@ expect rsync ... [$SOURCE/www/] [backup::www/] < ./a|
--@ expect rsync ... [$SOURCE/mail/] [backup::mail/] < ./b|
--@ file log/lsyncd.status There are 0 delays
--@ rename etc/conf.d/40-late.lua.off etc/conf.d/40-late.lua
--@ signal HUP
--@ log the new config is in force
--@ log Sync3: startup done
--@ write source/home/c 1
--@ expect rsync ... [$SOURCE/home/] [backup::home/] < ...c|
--@ count 1 rsync ... [-r] ... [backup::www/]
--@ never rsync ... [backup::broken/]...
