-- Converts images as they appear: every *.png gets a *.jpg beside it, and
-- loses it when it is deleted. The converted file is excluded while the
-- converter writes it, so that it does not start a conversion itself.

local convert = os.getenv("CONVERT") or "convert"

local function jpg(path) return (path:gsub("%.png$", ".jpg")) end

sync {
	source       = os.getenv("SOURCE") or "/srv",
	delay        = 1,
	maxProcesses = 2,

	action = function(inlet)
		local event = inlet.getEvent()
		if event.isdir or not event.path:match("%.png$") then
			inlet.discardEvent(event)
			return
		end
		local target = jpg(event.path)
		if event.etype == "Create" or event.etype == "Modify" then
			inlet.addExclude("/" .. target)
			spawn(event, convert, event.sourcePath, event.source .. target)
		elseif event.etype == "Delete" then
			spawn(event, "rm", "-f", "--", event.source .. target)
		else
			inlet.discardEvent(event)
		end
	end,

	collect = function(event, exitcode)
		event.inlet.rmExclude("/" .. jpg(event.path))
		if exitcode ~= 0 then
			log("Error", "conversion of ", event.path, " failed with exit code ", exitcode)
		end
	end,
}
