-- §3: a Move reaches only a sync with onMove, others get Delete and Create.
-- §5: getEvent gives both events of a Move.

sync{
	source = source,
	onDelete = function(event) same(event.path, 'a'); same(event.move, nil); ok('delete') end,
	onCreate = function(event) same(event.path, 'b'); same(event.move, nil); ok('create') end,
}

-- Either event of a Move can be spawned for; then both are active.
local function move(event, event2)
	same(event.etype, 'Move')
	same(event2.etype, 'Move')
	spawn(event2, 'mv', event.path, event2.path)
	same(event.status, 'active')
	same(event2.status, 'active')
	ok('move')
end
sync{
	source = source, onMove = move, exclude = '/hidden',
	onDelete = function(event) same(event.path, 'a'); ok('half delete') end,
	onCreate = function(event) same(event.path, 'b'); ok('half create') end,
}

-- §7: onMove = true keeps moves whole for an action of one's own.
sync{
	source = source, onMove = true,
	action = function(inlet)
		local event, event2 = inlet.getEvent()
		same(event.move, 'Fr')
		same(event2.move, 'To')
		inlet.discardEvent(event2)
		same(event.status, 'done')
		ok('whole')
	end,
}

--> move @0 a b
--> ok delete
--> ok create
--> move @1 a b
--> ok move
--> run mv a b
--> exit 0
--> move @1 a hidden
--> ok half delete
--> move @1 hidden b
--> ok half create
--> move @2 a b
--> ok whole
