-- §2: after loading, globals are locked.

existing = 'a'
later = nil
anything = undefined_while_loading

sync{
	source = source,
	onCreate = function(event)
		fails('undefined global "nosuch"', function() return nosuch end)
		fails('did you mean "existing"?', function() return exsting end)
		fails('undefined global "later"', function() return later end)
		fails('assignment to the undefined global "fresh"', function() fresh = 1 end)
		fails('settings is a function: it cannot be assigned to', function() settings = {} end)
		fails('only be called while the config is loaded', settings, { delay = 1 })
		fails('only be changed while the config is loaded', function() settings.delay = 1 end)
		fails('only be called while the config is loaded', sync, { source = source })
		existing = 'b'
		same(existing, 'b')
		same(_, nil)
		_ = 1
		same(_, 1)
		__mine = 2
		same(__mine, 2)
		same(__other, nil)
		same(settings('delay'), nil)
		same(rawget(_G, 'nosuch'), nil)
		ok('locked')
		return nosuch
	end,
	onDelete = function() ok('goes on') end,
}

--> create x
--> ok locked
--> error action of Create "x"
--> log Warn Create "x": its script failed; trying again in 1s
--> delete y
--> ok goes on
