-- Pushes templates into a running container through the standard input.

local container = os.getenv("CONTAINER") or "app"

local function put(event)
	if event.isdir then
		spawn(event, "docker", "exec", container, "mkdir", "-p", "/app/" .. event.pathname)
		return
	end
	local file = assert(io.open(event.sourcePath, "rb"))
	local content = file:read("*a")
	file:close()
	spawn(event, "docker", "<", content, "exec", "-i", container, "sh", "-c", 'cat >"$1"', "sh", "/app/" .. event.path)
end

sync {
	source   = "$SOURCE",
	delay    = 0.5,
	onCreate = put,
	onModify = put,
	onDelete = function(event)
		spawn(event, "docker", "exec", container, "rm", "-rf", "--", "/app/" .. event.pathname)
	end,
	exitcodes = { [0] = "ok", [125] = "again", [126] = "again", [127] = "die" },
}

--@ start -delay 0.1
--@ write source/views/index.tmpl hello {{ name }}
--@ expect docker [exec] [app] [mkdir] [-p] [/app/views]
--@ expect docker [exec] [-i] [app] [sh] [-c] [cat >"$1"] [sh] [/app/views/index.tmpl] < hello {{ name }}
--@ exit docker 125
--@ idle
--@ write source/views/index.tmpl bye
--@ count 2 docker ... [/app/views/index.tmpl] < bye
--@ idle
--@ remove source/views
--@ expect docker [exec] [app] [rm] [-rf] [--] [/app/views]
