-- default.rsyncssh: rsync to a remote host over ssh, with moves done there.

local shared = default.rsyncShared
local rsyncssh = { default.rsync }
default.rsyncssh = rsyncssh

rsyncssh.capabilities = { target = 'ssh', deletes = 'live', trees = true }
rsyncssh.maxProcesses = 1
rsyncssh.onMove = true
rsyncssh.exitcodes = false
rsyncssh.rsyncExitCodes = default.rsyncExitCodes
rsyncssh.sshExitCodes = default.sshExitCodes
rsyncssh.ssh = { binary = 'ssh', multiplex = true }

rsyncssh.checkgauge = {
	target = false,
	host = 'string', targetdir = 'string', onMove = true, rsyncExitCodes = true, sshExitCodes = true,
	ssh = { binary = 'program', identityFile = 'string', multiplex = 'flag', options = 'table', port = 'port', _extra = 'options' },
}

-- Options of ssh as the config has them.
local function sshOptions(ssh)
	local words = {}
	local function add(...)
		for _, word in ipairs{ ... } do
			words[#words + 1] = tostring(word)
		end
	end
	if ssh.identityFile then
		add('-i', ssh.identityFile)
	end
	if ssh.port then
		add('-p', ssh.port)
	end
	local names = {}
	for name in pairs(ssh.options or {}) do
		names[#names + 1] = name
	end
	table.sort(names)
	for _, name in ipairs(names) do
		add('-o', name .. '=' .. tostring(ssh.options[name]))
	end
	add((table.unpack or unpack)(ssh._extra or {}))
	shared.checkWords('ssh._extra', ssh._extra, 'BbcDEeFIiJLlmOoPpQRSWw')
	return words
end

-- One word of --rsh: rsync splits it at spaces, knows both quotes, and takes a doubled one as itself.
local function rshWord(word)
	if word:find('[ \'"]') then
		return "'" .. word:gsub("'", "''") .. "'"
	end
	return word
end

-- One word for a sh at the target. A home directory at the start stays for it to expand.
local function remoteWord(path)
	local home, rest = path:match('^(~[%w_.-]*/)(.*)$')
	return (home or '') .. "'" .. (rest or path):gsub("'", "'\\''") .. "'"
end

-- The words of the program that runs a command on the host, without the host.
local function remoteShell(config)
	local ssh = config.ssh
	if config.rsync.rsh then
		return lsyncd.splitQuotedString(config.rsync.rsh)
	end
	local words = { ssh.binary }
	for _, word in ipairs(ssh._computed) do
		words[#words + 1] = word
	end
	local path = ssh.multiplex and lsyncd.controlpath()
	if path then
		-- What the config says comes first, and with ssh the first value counts.
		for _, option in ipairs{ 'ControlMaster=auto', 'ControlPersist=60', 'ControlPath=' .. path } do
			words[#words + 1] = '-o'
			words[#words + 1] = option
		end
	end
	return words
end

function rsyncssh.prepare(config, level)
	local faults = lsyncd.check(config)
	if type(config.host) ~= 'string' or config.host == '' then
		faults[#faults + 1] = 'default.rsyncssh needs a host (add host = "name")'
	else
		shared.prepareHost(config.host, faults)
	end
	if type(config.targetdir) ~= 'string' or config.targetdir == '' then
		faults[#faults + 1] = 'default.rsyncssh needs a targetdir (add targetdir = "/directory")'
	end
	if type(config.targetdir) == 'string' and config.targetdir:find('^[%w@._-]+:') then
		lsyncd.warning(('targetdir: %s would be a directory of that name on the host'):format(lsyncd.dump(config.targetdir)),
			'write targetdir = "/directory" and the host in host')
	end
	if config.maxProcesses ~= 1 then
		faults[#faults + 1] = 'maxProcesses must be 1 with default.rsyncssh: a move may not overtake what it moves (remove it)'
	end
	shared.prepareOptions(config, faults)
	-- A rename at the target would take along what rsync leaves alone there.
	local meaning = type(config.rsync) == 'table' and config.rsync._meaning
	if meaning and (meaning.dry or config.rsync.transfer == 'filter' and (meaning.whole or meaning.chosen or meaning.unknown)) then
		config.onMove = false
	end
	local ssh = config.ssh
	if type(ssh) ~= 'table' then
		faults[#faults + 1] = #faults == 0 and 'ssh must be a table (write ssh = { port = 22 })' or nil
	elseif type(config.rsync) == 'table' then
		ssh._computed = sshOptions(ssh)
		shared.prepareBinary(config.rsync.binary, faults)
		if not config.rsync.rsh then
			shared.prepareBinary(ssh.binary, faults)
		end
	end
	if #faults > 0 then
		error(table.concat(faults, '\n'), 0)
	end
	config.targetdir = config.targetdir:match('/$') and config.targetdir or config.targetdir .. '/'
	-- With protect_args nobody expands a ~ for rsync, but a relative path starts at home anyway.
	config.target = config.host .. ':' .. config.targetdir:gsub('^~/+', '')
	ssh._rsync = function(through)
		if config.rsync.rsh then
			return nil
		end
		local words = {}
		for i, word in ipairs(remoteShell(config)) do
			words[i] = rshWord(through(word))
		end
		return '--rsh=' .. table.concat(words, ' ')
	end
end

-- What the shell at the target does to rename. Whoever can write there may put a link in the place of any directory
-- on the way, at any time. So both directories are entered, which holds on to what they are, and looked at then: the
-- kernel has to call them by the very path that they have below the target directory. Not the shell's own pwd,
-- which may follow an idea of it. What comes after that is one rename(2) from the one to the other.
-- All is in braces: of a text that was cut off nothing is done.
local renaming = [[
unset CDPATH
export LC_ALL=C
fromdir=${from%/*} from=./${from##*/} todir=${to%/*} to=${to##*/}
x='
x' # ends a path: $( ) would take away newlines at its end
case :$PATH: in *:[!/]*) exit 73 ;; esac
place() { env pwd -P && echo x; }
enter() { cd -P -- "${1:-/}" && [ "$(place)" = "${1:-/}$x" ]; }
mount() { while read -r key value; do [ "$key" != mnt_id: ] || echo "$value"; done <"/proc/self/fdinfo/$1"; }
# Whether mv would rename and not copy: one mount, and a file system that knows no other reason against it.
plain() {
	case $(stat -f -c %T .) in ext2/ext3 | xfs | tmpfs | zfs | f2fs) ;; *) return 1 ;; esac
	[ "$fromdir" = "$todir" ] || { exec 4<. && [ -n "$(mount 3)" ] && [ "$(mount 3)" = "$(mount 4)" ]; }
}
rename() {
	if command -v perl >/dev/null; then
		perl -e 'rename($ARGV[0], $ARGV[1]) or die "rename: $!\n"' -- "$1" "$2" || return 1
	elif ! mv -f -T --no-copy -- "$1" "$2" 2>/dev/null; then
		plain && mv -f -T -- "$1" "$2" || return 1
	fi
	[ ! -e "$1" ] && [ ! -L "$1" ] # two names of one file: nothing was done
}
cd -P -- "$root" && root=$(place) || exit 73
root=${root%"$x"}
[ "$root" != / ] || root=
enter "$root$todir" || exit 73
if [ "$fromdir" = "$todir" ]; then
	rename "$from" "./$to" && exit 42
else
	exec 3<. || exit 73
	(enter "$root$fromdir" && rename "$from" "/proc/$$/cwd/$to") && exit 42
fi
exit 73
]]

-- The login shell of the other side sees this, whose every character means the same to sh, csh, fish and their like.
-- Names and all go through standard input. Were that empty, sh would call it a success.
local reader = "exec sh -c 'sh; test $? = 42 || exit 73'"

-- Renames at the target. A directory that is in the way is left to rsync, as all else that a rename cannot do.
local function move(event, event2)
	local config = event.config
	event.destination = event2
	log('Normal', 'moving ', event.path, ' to ', event2.path, ' on ', config.host)
	local shell, through = remoteShell(config), shared.through(event)
	local text = ('{\nroot=%s\nfrom=%s\nto=%s\n%s}\n'):format(
		remoteWord(config.targetdir), remoteWord('/' .. event.pathname), remoteWord('/' .. event2.pathname), renaming)
	spawn(event, table.remove(shell, 1), '<', text, through(shell), through(config.host), reader)
end

-- Has rsync look at both ends of a move that is done: the times of the directories that it changed
-- have to be set again.
local function settle(event)
	local inlet, destination = event.inlet, rawget(event, 'destination')
	if destination then -- else the config was loaded again meanwhile
		inlet.addEvent('Attrib', destination.path)
		if event.pathdir ~= '' and event.pathdir ~= destination.pathdir then
			inlet.addEvent('Attrib', event.pathdir)
		end
	end
end

function rsyncssh.action(inlet)
	local event, event2 = shared.next(inlet)
	if not event then
		return
	end
	if event.etype == 'Move' then
		if rawget(event, 'moveFailed') then
			shared.send(event)
		else
			move(event, event2)
		end
		return
	end
	shared.send(inlet.getEvents(function(other)
		return other.etype ~= 'Move' or 'break'
	end))
end

function rsyncssh.collect(agent, exitcode, said)
	local config = agent.config
	if agent.isList or agent.etype ~= 'Move' or rawget(agent, 'moveFailed') then
		return shared.verdict(agent, exitcode, config.rsyncExitCodes, said)
	end
	local verdict = config.sshExitCodes[exitcode]
	if verdict then
		if verdict == 'ok' then
			settle(agent)
		end
		return verdict
	end
	log('Warn', 'moving ', agent.path, ' on ', config.host, ' failed with exit code ', exitcode, '; sending it instead')
	agent.moveFailed = true
	return 'again'
end
