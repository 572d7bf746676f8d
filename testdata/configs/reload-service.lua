-- Reloads the service a configuration file belongs to, if its test passes.

local services = {
	["nginx/"]  = { test = { "nginx", "-t", "-q" }, unit = "nginx.service" },
	["php/"]    = { test = { "php", "-l" }, unit = "php-fpm.service" },
}

local function reload(event)
	if not string.ends(event.path, ".conf") then
		log("Normal", "left alone: ", event.path)
		return
	end
	for prefix, service in pairs(services) do
		if string.starts(event.path, prefix) then
			spawnShell(event, ([["$@" && systemctl reload %s]]):format(service.unit), service.test)
			return
		end
	end
	log("Warn", "no service for ", event.path, " among ", services)
end

sync {
	source   = "$SOURCE",
	delay    = 3,
	onCreate = reload,
	onModify = reload,
	onAttrib = false,
	exitcodes = { [0] = "ok", [1] = "ok" },
}

--@ mkdir source/nginx
--@ mkdir source/php
--@ start -delay 0.1
--@ write source/nginx/site.conf 1
--@ expect nginx [-t] [-q]
--@ expect systemctl [reload] [nginx.service]
--@ exit php 1
--@ write source/php/pool.conf 1
--@ expect php [-l]
--@ write source/other.conf 1
--@ log no service for other.conf
--@ write source/nginx/readme 1
--@ log left alone: nginx/readme
--@ never systemctl [reload] [php-fpm.service]
