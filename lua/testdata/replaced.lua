-- §3, §4: an event of which another one has taken the place is done, whatever the delay it had becomes.

local kept, list
local inlet = sync{
	source = source, delay = 5,
	action = function(inlet)
		local event = inlet.getEvent()
		same(event == kept, false)
		same(event.etype, 'Delete')
		same(event.status, 'wait')
		inlet.discardEvent(event)
		ok('new')
	end,
}
alarm(now() + 1, function()
	list = inlet.getEvents()
	kept = list.getList()[1]
	same(kept.etype .. ' ' .. kept.status, 'Modify wait')
	ok('kept')
end)
alarm(now() + 3, function()
	same(kept.etype .. ' ' .. kept.status, 'Modify done')
	fails('the event is done already', spawn, kept, 'true')
	fails('the event is done already', inlet.discardEvent, kept)
	ok('old')
end)

--> modify x
--> advance 2s
--> ok kept
--> delete x
--> advance 1s
--> ok old
--> advance 5s
--> ok new
