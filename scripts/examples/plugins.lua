-- Keeps plugins loaded that are files in a directory: those that are there at
-- the start, and from then on each that is new, changed or gone.

local dir = os.getenv("SOURCE") or "/etc/app.d"
local loaded = {}

local function load_plugin(name)
	local chunk, err = loadfile(dir .. "/" .. name)
	if not chunk then return log("Warn", "plugin ", name, ": ", err) end
	loaded[name] = chunk()
	log("Normal", "plugin ", name, " is loaded")
end

fam.monitor(dir, function(event)
	local name = event.filename
	if event.action == "endExist" then
		log("Normal", "all plugins are loaded")
	elseif not name:match("^[%w_-]+%.lua$") then
		return -- the directory itself, or something else
	elseif event.action == "deleted" then
		loaded[name] = nil
		log("Normal", "plugin ", name, " is gone")
	else
		load_plugin(name)
	end
end)
