-- §2 spawn and spawnShell: their arguments.

local rounds = {
	plain = function(event) spawn(event, 'tool') end,
	flat = function(event) spawn(event, 'tool', nil, { 'a', { 'b', {} } }, 7, 1.5, -0.25, 1000000000, '', nil, 'last one', nil) end,
	bytes = function(event) spawn(event, '/opt/my tool', '-n', 'a\nb', '$(id)', '\255') end,
	stdin = function(event) spawn(event, 'tool', '<', 'all\0of it', '-x') end,
	number = function(event) spawn(event, 'tool', '<', 12) end,
	empty = function(event) spawn(event, 'tool', '<', '', '-x') end,
	none = function(event) spawn(event, 'tool', '<', nil, '-x') end,
	-- Only as the first argument it means the input.
	later = function(event) spawn(event, 'tool', '-x', '<', 'y') end,
	shell = function(event) spawnShell(event, 'echo "$1" "$2"', event.path, nil, { 'x y' }) end,
	shellsign = function(event) spawnShell(event, 'cat', '<', 'arg') end,
	faults = function(event)
		fails('must be a string, a number or a list of them, not true', spawn, event, 'tool', true)
		fails('not a table', spawn, event, 'tool', event)
		fails('not a function', spawn, event, 'tool', { print })
		fails('the second argument must be the program, not nil', spawn, event)
		fails('the second argument must be the program, not ""', spawn, event, '')
		fails('the second argument must be a shell command', spawnShell, event, {})
		fails("what follows '<' must be a string", spawn, event, 'tool', '<', {})
		-- Not an end of the program that no exit code of the config knows, but an error at the call.
		fails('spawn: the program has a zero byte in it', spawn, event, 'to\0ol')
		fails('spawn: an argument has a zero byte in it, which ends a text for the kernel: "a\\x00b"', spawn, event, 'tool', 'a\0b')
		fails('spawn: an argument has a zero byte in it', spawn, event, 'tool', { 'a', { 'b\0' } })
		fails('spawn: an argument has a zero byte in it', spawn, event, 'tool', '<', 'input\0', '\0')
		fails('spawnShell: the command has a zero byte in it', spawnShell, event, 'echo \0')
		fails('spawn: an argument has a zero byte in it', spawnShell, event, 'echo', '\0')
		fails('addEvent: the path has a zero byte in it', event.inlet.addEvent, 'Create', 'a\0b')
		fails('addEvent: the new path has a zero byte in it', event.inlet.addEvent, 'Move', 'a', 'a\0b')
		fails('createFullEvent: the path has a zero byte in it', event.inlet.createFullEvent, 'a\0b')
		fails('zero byte', event.inlet.addExclude, 'a\0b')
		fails('transfer.apply: the target has a zero byte in it', transfer.apply, event, { target = '/a\0b/' })
		same(io.popen('true \0'), nil)
		same(os.execute('true \0'), nil)
		same(io.open('a\0b'), nil)
		fails('must be an event or an event list, not nil', spawn, nil, 'tool')
		fails('must be an event or an event list, not a table', spawn, {}, 'tool')
		same(event.status, 'wait')
		ok('faults')
	end,
}

sync{ source = source, onCreate = function(event) rounds[event.path](event) end }

--> create plain
--> run tool
--> input 
--> exit 0
--> create flat
--> run tool a b 7 1.5 -0.25 1000000000 '' 'last one'
--> exit 0
--> create bytes
--> run '/opt/my tool' -n $'a\nb' '$(id)' $'\xff'
--> exit 0
--> create stdin
--> run tool -x
--> input all\0of it
--> exit 0
--> create number
--> run tool
--> input 12
--> exit 0
--> create empty
--> run tool -x
--> input 
--> exit 0
--> create none
--> run tool -x
--> exit 0
--> create later
--> run tool -x '<' y
--> exit 0
--> create shell
--> run sh -c 'echo "$1" "$2"' sh shell 'x y'
--> exit 0
--> create shellsign
--> run sh -c cat sh '<' arg
--> input 
--> exit 0
--> create faults
--> ok faults
