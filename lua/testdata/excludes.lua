-- §5, §8: excludes and filters, while the config is loaded and later.
-- §2: sync{} returns the inlet.

local inlet = sync{
	source = source, exclude = { '*.tmp', '/build/' }, filter = { '+ keep.tmp', '- *.o' },
	action = function(inlet)
		local event = inlet.getEvent()
		local path = event.path
		inlet.discardEvent(event)
		if path == 'exclude' then
			inlet.addExclude('late*')
			inlet.addExclude('late*') -- one rmExclude takes it back
			same(inlet.getExcludes(), { '/build/', 'early', 'late*' })
		elseif path == 'include' then
			inlet.rmExclude('late*')
			inlet.rmExclude('never was there')
			same(inlet.getExcludes(), { '/build/', 'early' })
		elseif path == 'filter' then
			-- Filters are tried before the excludes.
			inlet.appendFilter('+ early')
			inlet.appendFilter('+ late.bak')
			inlet.appendFilter('-', '*.bak')
			same(inlet.getFilters(), { '+ keep.tmp', '- *.o', '+ early', '+ late.bak', '- *.bak' })
			same(inlet.getExcludes(), { '/build/', 'early' })
			fails('addExclude', inlet.addExclude, '')
			fails('a pattern must be a string', inlet.addExclude, 7)
			fails('appendFilter', inlet.appendFilter, 'no sign')
		end
		ok(path)
	end,
}

same(inlet.getExcludes(), { '*.tmp', '/build/' })
same(inlet.getFilters(), { '+ keep.tmp', '- *.o' })
same(inlet.hasFilters(), true)
inlet.addExclude('early')
inlet.rmExclude('*.tmp')
same(inlet.getExcludes(), { '/build/', 'early' })

local plain = sync{ source = source, onCreate = function() ok('plain') end }
same(plain.getExcludes(), {})
same(plain.hasFilters(), false)
same(plain:hasFilters(), false)
fails('inlet does not have function "getEvnt"; did you mean "getEvent"?', function() return plain.getEvnt end)
fails('can only be called when the sync runs', plain.getEvent)
fails('can only be called when the sync runs', plain.createBlanketEvent)

--> create a.tmp
--> ok a.tmp
--> create sub/x.o
--> create build/x
--> create sub/early
--> quiet
--> create lately
--> ok lately
--> create exclude
--> ok exclude
--> create lately
--> create sub/later/x
--> quiet
--> create include
--> ok include
--> create lately
--> ok lately
--> create filter
--> ok filter
--> create x.bak
--> quiet
--> create early
--> ok early
--> create late.bak
--> ok late.bak
--> create @1 build/x.o
--> ok plain
