-- Does something at intervals besides syncing: here a line in the log that
-- says how many changes came in.

local interval = tonumber(os.getenv("INTERVAL") or 60)
local changes = 0

local function report(timestamp)
	log("Normal", "changes in the last ", interval, " seconds: ", changes)
	changes = 0
	alarm(timestamp + interval, report)
end

sync {
	source = os.getenv("SOURCE") or "/srv",
	delay  = 0,

	init = function(event)
		alarm(now() + interval, report)
		event.inlet.discardEvent(event)
	end,

	action = function(inlet)
		changes = changes + 1
		inlet.discardEvent(inlet.getEvent())
	end,
}
