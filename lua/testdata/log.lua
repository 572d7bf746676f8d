-- §2 log: any value is readable, a category starts with a capital.

local self = { name = 'a' }
self.self = self
local stamp = now()
local inlet = sync{
	source = source,
	onCreate = function(event)
		log('Normal', 'event ', event, ' list ', event.inlet.getEvents(), ' ', event.inlet)
	end,
}

log('Normal', 'one ', 'string "as it is"\n', 2, ' ', 2.5, ' ', true, ' ', nil, ' ', { 1, 'two', { x = nil }, k = 'v', [7] = 8, ['a b'] = false })
log('Normal', 'f ', print, ' ', ok)
log('Normal', 'deep ', { { { { { { { { 'too deep' } } } } } } } })
log('Normal', 'cycle ', self)
log('Normal', 'stamp ', stamp + 0.25)
log('Normal', 'nothing')
log('Normal')
log('MyCategory', 'of my own')
log('Off', setmetatable({}, { __tostring = function() error('a category that is off needs no text') end }))
log('Normal', 'faulty ', setmetatable({}, { __tostring = function() error('x') end }))
lsyncd.log('Normal', 'the same function')
fails('a category that starts with a capital', log, 'normal', 'x')
fails('a category that starts with a capital', log)
fails('a category that starts with a capital', log, '1x')
fails('a category that starts with a capital', log, '')
fails('a category that starts with a capital', log, 'Ärger')
fails('a category that starts with a capital', log, {})
same(lsyncd.dump('a'), '"a"')
same(lsyncd.dump({ b = 1, 'x' }), '{ "x", b = 1 }')

--> log Normal one string "as it is"
--> log Normal f function function 
--> log Normal deep { { { { { { {...} } } } } } }
--> log Normal cycle { name = "a", self = {
--> log Normal stamp 2026-01-01 00:00:00.250
--> log Normal nothing
--> log MyCategory of my own
--> log Normal faulty {}
--> log Normal the same function
--> create x
--> log Normal event Create "x" list list of 1 events inlet of Sync1
