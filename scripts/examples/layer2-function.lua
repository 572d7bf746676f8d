-- Layer 2: one function for each type of event; whatever it spawns decides by
-- its exit code whether the event is done or has to be tried again.

local index = os.getenv("INDEX") or "/usr/local/bin/index"

sync {
	source = os.getenv("SOURCE") or "/srv",
	delay  = 1,

	onCreate = function(event)
		if not event.isdir then spawn(event, index, "add", event.sourcePath) end
	end,

	onModify = function(event)
		spawn(event, index, "update", event.sourcePath)
	end,

	onDelete = function(event)
		spawn(event, index, "remove", event.path)
	end,

	onMove = function(origin, destination)
		spawn(origin, index, "rename", origin.path, destination.path)
	end,

	exitcodes = { [0] = "ok", [75] = "again", [1] = "die" },
}
