-- §2 terminate: with this exit code, now. What comes after it does not run, not even through pcall.

sync{
	source = source,
	action = function(inlet)
		inlet.getEvents(function(event)
			pcall(terminate, event.path == 'x' and 7)
			terminate(-1)
			error('unreachable')
		end)
		error('unreachable')
	end,
}

--> create x
--> ended 7
