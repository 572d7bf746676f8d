-- Tells a web service of every change as JSON; a plain counter goes to the log now and then.

local url = "https://hooks.example/files"
local sent, failed = 0, 0

local function json(value)
	if type(value) == "table" then
		local parts = {}
		for key, item in pairs(value) do parts[#parts + 1] = json(key) .. ":" .. json(item) end
		table.sort(parts)
		return "{" .. table.concat(parts, ",") .. "}"
	elseif type(value) == "string" then
		return '"' .. value:gsub('[%c"\\]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
	end
	return tostring(value)
end

local function report(timestamp, extra)
	log("Normal", "reported ", sent, ", failed ", failed, ", ", extra.unit)
	alarm(timestamp + 3600, report, extra)
end

local function post(event, event2)
	spawn(event, "curl", "<", json {
		type = event.etype, path = event.path, to = event2 and event2.path,
		time = os.date("!%Y") + 0 > 2000, directory = event.isdir,
	}, "-sS", "-f", "-H", "Content-Type: application/json", "--data-binary", "@-", url)
end

sync {
	source   = "$SOURCE",
	delay    = 0,
	onCreate = post, onModify = post, onDelete = post, onMove = post, onAttrib = post,

	init = function(event)
		alarm(now(), report, { unit = "since start" })
		event.inlet.discardEvent(event)
	end,

	collect = function(agent, exitcode)
		if exitcode == 0 then sent = sent + 1 else failed = failed + 1 end
		return exitcode == 7 and "again" or "ok"
	end,
}

--@ start
--@ log reported 0, failed 0, since start
--@ write source/say "hi".txt 1
--@ expect curl [-sS] [-f] [-H] [Content-Type: application/json] [--data-binary] [@-] [https://hooks.example/files] < {"directory":false,"path":"say","time":true,"type":"Create"}
--@ exit curl 7
--@ idle
--@ rename source/say source/do
--@ count 2 curl ... < {"directory":false,"path":"say","time":true,"to":"do","type":"Move"}
