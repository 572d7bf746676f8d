-- scriptTimeout: a callback that does not end is stopped, and the engine goes on.

settings{ scriptTimeout = 0.05 }

local endless = {
	loop = function() while true do end end,
	caught = function() while true do pcall(function() while true do end end) end end,
	thread = function() coroutine.wrap(function() while true do end end)() end,
	test = function(event) event.inlet.getEvents(function() while true do end end) end,
}

sync{
	source = source, maxDelays = 100,
	action = function(inlet)
		local event = inlet.getEvent()
		local path = event.path
		inlet.discardEvent(event)
		if endless[path] then
			inlet.addEvent('Create', 'next')
			endless[path](inlet.getEvent())
		end
		ok(path)
	end,
}

--> create loop
--> error ran longer than scriptTimeout = 0.05 seconds and was stopped
--> advance 0s
--> ok next
--> create caught
--> error ran longer than scriptTimeout
--> advance 0s
--> ok next
--> create thread
--> error ran longer than scriptTimeout
--> advance 0s
--> ok next
--> create test
--> error ran longer than scriptTimeout
--> advance 0s
--> ok next
