-- §4: what a script sees of events that were combined: one event for one new file, whatever came after.

local function note(event, event2)
	ok(event.etype .. ' ' .. event.path .. (event2 and ' ' .. event2.path or ''))
end
sync{
	source = source, delay = 5,
	onCreate = note, onModify = note, onAttrib = note, onDelete = note, onMove = note,
}

-- absorb: the second vanishes, and the first keeps its time.
--> create new
--> advance 1s
--> modify new
--> attrib new
--> advance 3999ms
--> quiet
--> advance 1ms
--> ok Create new
--> advance 1h
--> quiet

-- replace: the second takes its place.
--> attrib f
--> modify f
--> modify f
--> modify f
--> delete g
--> create g
--> create h
--> delete h
--> advance 5s
--> ok Modify f
--> ok Create g
--> ok Delete h
--> quiet

-- stack: a directory that comes again is deleted first.
--> delete d/
--> create d/
--> advance 5s
--> ok Delete d/
--> ok Create d/
--> quiet

-- A Move and what touches it.
--> move a b
--> modify b
--> move x y
--> delete y
--> modify m
--> move m n
--> advance 5s
--> ok Move a b
--> ok Modify b
--> ok Delete x
--> ok Delete y
--> ok Delete m
--> ok Create n
--> quiet
