-- The syncs are here, how they are made is in lib/.
-- §2: require.

local sites = require("lib.sites")
local mirror = require "lib/mirror"

for _, site in ipairs(sites) do
	mirror(site)
end

assert(require("lib.sites") == sites)

--@ mkdir source/blog
--@ mkdir source/shop
--@ write source/blog/post 1
--@ start -delay 0.1
--@ expect rsync ... [--bwlimit=100] ... [$SOURCE/blog/] [mirror@a.example:/srv/blog/]
--@ expect rsync ... [$SOURCE/shop/] [mirror@b.example:/srv/shop/] < - /sessions/|- *.log|
