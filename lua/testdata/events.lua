-- §3 Events: every field of files, directories and entries at the top of the source.
-- §5: getConfig.

local names = {
	'etype', 'status', 'isdir', 'name', 'basename', 'path', 'pathdir', 'pathname',
	'source', 'sourcePath', 'sourcePathdir', 'sourcePathname',
	'target', 'targetPath', 'targetPathdir', 'targetPathname', 'isList', 'move',
}

local function fields(event)
	local t = {}
	for _, name in ipairs(names) do
		t[name] = event[name]
	end
	return t
end

-- The fields that an event should have, from those that are not obvious.
local function expected(etype, path, dir, name, given)
	local bare = name:gsub('/$', '')
	local t = {
		etype = etype, status = 'wait', isdir = name:sub(-1) == '/', name = name, basename = bare,
		path = path, pathdir = dir, pathname = dir .. bare,
		source = source, sourcePath = source .. path, sourcePathdir = source .. dir, sourcePathname = source .. dir .. bare,
		target = target, targetPath = target .. path, targetPathdir = target .. dir, targetPathname = target .. dir .. bare,
		isList = false,
	}
	for k, v in pairs(given or {}) do
		t[k] = v
	end
	return t
end

local function check(name, ...)
	local wanted = { ... }
	return function(event, event2)
		same(fields(event), wanted[1], name)
		same(event2 and fields(event2), wanted[2], name .. ' event2')
		same(event.config, event.inlet.getConfig())
		same(event.inlet.getEvent() == event, true, 'the same event')
		ok(name)
	end
end

-- What an event is called does not depend on the sync: with a target of another form, it is joined with a slash.
local function slashed(event)
	same(event.targetPath, '/t/dir/file')
	same(event.targetPathdir, '/t/dir/')
	same(event.targetPathname, '/t/dir/file')
	same(event.target, '/t')
	ok('slashed')
end

-- Without any target these fields cannot be right.
local function untargeted(event)
	fails('the sync has no target', function() return event.target end)
	fails('the sync has no target', function() return event.targetPathname end)
	ok('untargeted')
end

sync{
	source = source, target = target,
	onCreate = check('create', expected('Create', 'dir/sub/file.txt', 'dir/sub/', 'file.txt')),
	onModify = check('modify', expected('Modify', 'top.txt', '', 'top.txt')),
	onAttrib = check('attrib', expected('Attrib', 'dir/sub/', 'dir/', 'sub/')),
	onDelete = check('delete', expected('Delete', 'top/', '', 'top/')),
	onMove = check('move',
		expected('Move', 'a/old/', 'a/', 'old/', { move = 'Fr' }),
		expected('Move', 'new/', '', 'new/', { move = 'To' })),
}
sync{ source = source, target = '/t', onCreate = slashed }
sync{ source = source, onCreate = untargeted }

--> create dir/sub/file.txt
--> ok create
--> modify top.txt
--> ok modify
--> attrib dir/sub/
--> ok attrib
--> delete top/
--> ok delete
--> move a/old/ new/
--> ok move
--> create @1 dir/file
--> ok slashed
--> create @2 dir/file
--> ok untargeted
