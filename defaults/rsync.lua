-- default.rsync: one recursive rsync at startup, then one for each batch of changes.

local transfer = transfer -- a config may use the name for something else
local rsync = {}
default.rsync = rsync

-- What default.rsyncssh uses, too.
local shared = {}
default.rsyncShared = shared

-- The targets that rsync knows; `delete` means the startup and what comes after it; a directory goes with all it holds.
rsync.capabilities = { target = 'rsync', deletes = 'live', trees = true }
rsync.delay = 15
rsync.delete = true
rsync.exitcodes = default.rsyncExitCodes

rsync.rsync = {
	binary = 'rsync',
	links = true,
	times = true,
	protect_args = true,
}

-- Parameters of the table `rsync` that are on or off, with rsync's options.
local flags = {
	acls = '-A', append = '--append', append_verify = '--append-verify', archive = '-a', backup = '-b',
	checksum = '-c', compress = '-z', copy_dirlinks = '-k', copy_links = '-L',
	copy_unsafe_links = '--copy-unsafe-links', cvs_exclude = '-C', delete_excluded = '--delete-excluded',
	dry_run = '-n', executability = '-E', existing = '--existing', group = '-g', hard_links = '-H',
	ignore_errors = '--ignore-errors', ignore_times = '-I', inplace = '--inplace', ipv4 = '-4', ipv6 = '-6',
	keep_dirlinks = '-K', links = '-l', omit_dir_times = '-O', omit_link_times = '-J',
	one_file_system = '-x', owner = '-o', perms = '-p', protect_args = '-s', prune_empty_dirs = '-m',
	quiet = '-q', sparse = '-S', times = '-t', update = '-u', verbose = '-v', whole_file = '-W', xattrs = '-X',
}

-- Those that take a value.
local values = {
	backup_dir = '--backup-dir', bwlimit = '--bwlimit', chmod = '--chmod', chown = '--chown',
	groupmap = '--groupmap', modify_window = '--modify-window', password_file = '--password-file', rsh = '--rsh', rsync_path = '--rsync-path',
	suffix = '--suffix', temp_dir = '--temp-dir', timeout = '--timeout', usermap = '--usermap',
}

-- What rsync's options mean for a running transfer, by their long name and their letter. The words of `valued` take a value.
local kinds = {
	-- Exact paths do with them what a look at the whole tree would: they say how entries are sent, or rsync asks the same
	-- of each of them either way.
	exact = {
		plain = [[
			8-bit-output,8 acls,A append append-verify archive,a atimes,U backup,b blocking-io checksum,c compress,z
			copy-devices crtimes,N D del delete delete-after delete-before delete-delay delete-during delete-excluded
			delete-missing-args delay-updates devices dirs,d drop-D executability,E fake-super force from0,0 fsync fuzzy,y
			group,g hard-links,H help human-readable,h i-r ignore-errors ignore-missing-args ignore-times,I inc-recursive
			inplace insecure-links ipv4,4 ipv6,6 itemize-changes,i keep-dirlinks,K links,l mkpath motd msgs2stderr munge-links
			new-compress numeric-ids old-args old-compress omit-dir-times,O omit-link-times,J open-noatime owner,o P partial
			perms,p preallocate progress protect-args qsort quiet,q recursive,r remove-sent-files remove-source-files
			safe-links secluded-args,s size-only sparse,S specials stats super times,t trust-sender update,u verbose,v
			version,V whole-file,W write-devices xattrs,X]],
		valued = [[
			address backup-dir block-size,B bwlimit cc checksum-choice checksum-seed chmod chown compare-dest compress-choice
			compress-level compress-threads confine-root contimeout copy-as copy-dest debug early-input groupmap iconv info
			link-dest log-file log-file-format log-format max-alloc max-delete modify-window,@ only-write-batch out-format
			outbuf partial-dir password-file port protocol read-batch remote-option,M rsh,e rsync-path skip-compress sockopts
			stderr stop-after stop-at suffix temp-dir,T time-limit timeout usermap write-batch zc zl zt]],
	},
	-- Nothing is changed.
	dry = { plain = 'dry-run,n list-only' },
	-- A path in a list gets around them, or they need to see what is around it.
	chosen = {
		plain = 'cvs-exclude,C existing F ignore-existing ignore-non-existing one-file-system,x prune-empty-dirs,m',
		valued = 'exclude exclude-from filter,f include include-from max-size min-size',
	},
	-- Of a link to a directory that it follows, a list of paths gives rsync the directory and nothing in it.
	followed = { plain = 'copy-dirlinks,k copy-links,L copy-unsafe-links' },
	-- Patterns of ours would not fit the names that rsync goes by: only the startup's own command does the same.
	whole = { plain = 'relative,R', valued = 'files-from' },
}

-- What is known of an option, by its long name or its letter.
local known = {}
for kind, lists in pairs(kinds) do
	for list, words in pairs(lists) do
		for long, letter in words:gmatch('([^%s,]+),?(%S?)') do
			local meaning = { name = long, kind = kind, valued = list == 'valued' }
			known[long] = meaning
			if letter ~= '' then
				known[letter] = meaning
			end
		end
	end
end

-- What is known of an option in the long form. no-x is as x, but to take a choice away is a choice, too.
local function long(name)
	local off = name:match('^no%-(.+)$')
	if known[name] and (#name > 1 or name == 'D') then
		return known[name]
	elseif off and known[off] and known[off].kind == 'exact' then
		return { name = name, kind = 'exact' }
	end
	return { name = name, kind = 'unknown' }
end

-- Takes options of rsync apart, as rsync does: each with its name (the long one, if there is one), what kind it is,
-- its value, and the word that names it.
function shared.parse(options)
	local parsed, at = {}, 1
	local function take(meaning, word, value)
		if meaning.valued and not value then
			at = at + 1
			value = options[at] and tostring(options[at]) or ''
		end
		if meaning.kind ~= 'unknown' and word:sub(1, 2) ~= '--' then -- of several letters in it this one
			word = (#meaning.name > 1 and '--' or '-') .. meaning.name
		end
		parsed[#parsed + 1] = { name = meaning.name, kind = meaning.kind, word = word, value = value }
	end
	while at <= #options do
		local word = tostring(options[at])
		local name, is, value = word:match('^%-%-([^=]+)(=?)(.*)$')
		if name then
			take(long(name), word, is ~= '' and value or nil)
		elseif not word:find('^%-.') then
			take({ name = word, kind = 'unknown' }, word)
		else
			for i = 2, #word do
				local meaning = known[word:sub(i, i)] or { name = word:sub(i, i), kind = 'unknown' }
				local rest = word:sub(i + 1):gsub('^=', '')
				take(meaning, word, meaning.valued and rest ~= '' and rest or nil)
				if meaning.valued then
					break
				end
			end
		end
		at = at + 1
	end
	return parsed
end

-- Rules for the receiver alone, which have it delete what the sender only does not show.
local function risky(rule)
	return rule:find('^R[ _]') or rule:find('^risk') or rule:find('^[+.:-],?[/!%a]*r[/!%a]*[ _]') or rule:find('^%l[%l-]*,[/!%a]*r')
end

-- Says what the options of rsync mean for a running transfer: of each kind that is there the first word, and
--   cvs, excluded: what cvs-exclude and delete-excluded do has to be said in rules;
--   lines: rsync reads files of the user's later than our rules, and these have lines.
function shared.meaning(options)
	local meaning = { lines = false }
	local zero = false
	for _, option in ipairs(shared.parse(options)) do
		local kind, name, value = option.kind, option.name, option.value
		if name == 'remote-option' then
			local there = shared.parse{ value }[1]
			kind = there and there.kind or 'unknown'
		elseif name == 'filter' and risky(value) then
			kind = 'whole'
		end
		meaning[kind] = meaning[kind] or option.word
		meaning.cvs = meaning.cvs or name == 'cvs-exclude'
		meaning.excluded = meaning.excluded or name == 'delete-excluded'
		meaning.lines = meaning.lines or name == 'F' or name == 'files-from' or name == 'filter' and value:find('^:') ~= nil
			or name == 'filter' and value:find('^dir%-merge') ~= nil
		zero = zero or name == 'from0'
	end
	meaning.lines = meaning.lines and not zero
	return meaning
end

-- What -a stands for, and how a part of it is switched off again.
local archived = {
	links = '--no-links', perms = '--no-perms', times = '--no-times',
	group = '--no-group', owner = '--no-owner',
}

local gauge = {
	binary = 'program', transfer = 'plan|filter', _extra = 'options', ['append-verify'] = 'flag',
	fsync = 'no: for rsync from 3.2.4 on write rsync = { _extra = { "--fsync" } }',
}
for name in pairs(flags) do gauge[name] = 'flag' end
for name in pairs(values) do gauge[name] = 'text' end
gauge.bwlimit, gauge.modify_window, gauge.timeout = 'rate', 'whole', 'whole'

rsync.checkgauge = {
	onAttrib = false, onCreate = false, onDelete = false, onModify = false, onMove = false, onStartup = false,
	batchSizeLimit = 'bytes', delete = 'deletes', host = 'string', targetdir = 'string',
	rsync = gauge,
}

local function sorted(t)
	local names = {}
	for name in pairs(t) do
		names[#names + 1] = name
	end
	table.sort(names)
	return names
end

-- Returns the options that the table `rsync` of a config stands for.
function shared.options(given)
	local short, long = '', {}
	for _, name in ipairs(sorted(flags)) do
		local value, option = given[name], flags[name]
		if value and not (given.archive and archived[name]) then
			if #option == 2 then
				short = short .. option:sub(2)
			else
				long[#long + 1] = option
			end
		elseif value == false and given.archive and archived[name] then
			long[#long + 1] = archived[name]
		end
	end
	for _, name in ipairs(sorted(values)) do
		if given[name] then
			long[#long + 1] = values[name] .. '=' .. given[name]
		end
	end
	local options = {}
	if short ~= '' then
		options[1] = '-' .. short
	end
	for _, option in ipairs(long) do
		options[#options + 1] = option
	end
	for _, option in ipairs(given._extra or {}) do
		options[#options + 1] = option
	end
	return options
end

-- What these options have rsync's quick check take for equal, and whether it sets owners. A user map is left to rsync.
function shared.quickCheck(options)
	local quick, owner = { changed = true }, nil
	for _, option in ipairs(shared.parse(options)) do
		local name, value = option.name, option.value or ''
		if name == 'archive' or name == 'owner' then
			owner = owner == nil or owner
		end
		if name == 'no-owner' or name == 'no-o' then
			owner = nil
		elseif name == 'usermap' or name == 'fake-super' or name == 'size-only' then
			owner = false -- not known, none, or nothing can be done
		elseif name == 'chown' and value:match('^[^:]+') and owner ~= false then
			owner = value:match('^[^:]+')
		elseif name == 'modify-window' then
			quick.window = tonumber(value)
		end
		if name == 'ignore-times' or name == 'checksum' or name == 'size-only' then
			quick.changed = false -- all are sent anyway, or data is looked at, or only other sizes shall be sent
		end
		quick.any_time = quick.any_time or name == 'checksum'
	end
	quick.owner = owner or false
	return quick
end

-- Why rsync has to look through directories, if it has.
local function choice(meaning)
	if meaning.whole then
		return meaning.whole .. ' goes by other names or rules than those of what changed'
	elseif meaning.chosen then
		return meaning.chosen .. ' chooses what is sent'
	elseif meaning.followed then
		return meaning.followed .. ' follows links'
	elseif meaning.unknown then
		return meaning.unknown .. ' may choose what is sent, for all that is known here'
	end
end

-- Checks and completes the table `rsync`, and the parameters around it.
function shared.prepareOptions(config, faults)
	local given = config.rsync
	if type(given) ~= 'table' then -- as has been said, or somebody else's prepare took it away
		faults[#faults + 1] = #faults == 0 and 'rsync must be a table (write rsync = { archive = true })' or nil
		return
	end
	if given['append-verify'] ~= nil then
		given.append_verify = given['append-verify']
		given['append-verify'] = nil
	end
	if type(config.capabilities) == 'table' then
		config.capabilities.hardLinks = given.hard_links and true or nil
	end
	local options = shared.options(given)
	given._computed = options
	given._quick = shared.quickCheck(options)
	-- A collect of the user's own looks the exit codes up itself, and knows nothing of what shared.verdict does about 2.
	if config.collect ~= rsync.collect and config.collect ~= default.rsyncssh.collect then
		given._contents = true
	end
	given._meaning = shared.meaning(options)
	shared.checkWords('rsync._extra', given._extra, 'BTefM@')
	shared.checkWhole(shared.parse(options))
	shared.checkBare(shared.parse(options), faults)
	for _, option in ipairs(shared.parse(options)) do
		if option.name:find('^remove%-s') and config.delete ~= false then
			faults[#faults + 1] = option.word .. ': what rsync has sent and removes from the source would be deleted at the target as well (write delete = false)'
		end
	end
	local why = choice(given._meaning)
	if given.transfer == nil and why then
		given.transfer, given._why = 'filter', why
	end
end

-- Says what is wrong if a program is missing.
function shared.prepareBinary(binary, faults)
	if not binary and #faults > 0 then
		return
	end
	local path, remedy = lsyncd.find(binary)
	if not path then
		faults[#faults + 1] = remedy
	end
end

-- Warns of several options in one word, which rsync or ssh takes for one.
function shared.checkWords(name, words, valued)
	for _, word in ipairs(type(words) == 'table' and words or {}) do
		word = tostring(word)
		local several = word:find('^%-%-[^=%s]*%s') -- a value needs an equals sign, or a word of its own
			or word:find('^%-%-[^=]*=%S*%s+%-%-?%a') and not word:find('^%-%-rsh=') and not word:find('^%-%-rsync%-path=')
				and not word:find('^%-%-remote%-option=') and not word:find('^%-%-filter=')
			or word:find('^%-%a+%s+%-') and not word:find('^%-%a-[' .. valued .. ']')
		if several then
			local parts = {}
			for part in word:gmatch('%S+') do
				parts[#parts + 1] = lsyncd.dump(part)
			end
			lsyncd.warning(('%s: %s is one word, and so one option'):format(name, lsyncd.dump(word)),
				'write ' .. table.concat(parts, ', '))
		end
	end
end

-- Finds words that are no options, and which rsync takes for further sources. After an option that is not known here a word may be its value.
function shared.checkBare(parsed, faults)
	for i, option in ipairs(parsed) do
		local before = parsed[i - 1]
		if option.word == '' then
			faults[#faults + 1] = 'rsync._extra has an empty word, which rsync takes for a source (remove it)'
		elseif not option.word:find('^%-.') and (not before or before.kind ~= 'unknown') then
			faults[#faults + 1] = ('rsync._extra: %s is no option, and rsync would take it for a source (write %s)'):format(
				lsyncd.dump(option.word), lsyncd.dump('--' .. option.word))
		end
	end
end

-- Warns of options that make a sync another thing than its table says.
function shared.checkWhole(parsed)
	for _, option in ipairs(parsed) do
		if option.name == 'files-from' then
			lsyncd.warning(option.word .. ': each change runs the command of the startup again, and nothing but what the list names is sent',
				'leave it out, and choose with filter, filterFrom or exclude of the sync')
		elseif option.kind == 'dry' then
			lsyncd.warning(option.word .. ': rsync changes nothing at the target', 'leave it out; lsyncgo -dryrun CONFIG shows what would be started')
		elseif option.name == 'relative' then
			lsyncd.warning(option.word .. ': the whole path of the source comes below the target, and each change runs the command of the startup again',
				'leave it out, and write that path at the end of the target')
		end
	end
end

-- Says what is wrong with a host, with or without a user before it: ssh and rsync would take either for an option.
function shared.prepareHost(host, faults)
	local user, name = host:match('^(.*)@(.-)$')
	name = name or host
	local before, after = host:match('^([^:/%[%]]+):([^:]*)$')
	if host:find('^%a+://') then
		faults[#faults + 1] = ('the host %s begins as a URL does (write host = %s)'):format(
			lsyncd.dump(host), lsyncd.dump(host:match('^%a+://([^:/]*)')))
		return
	elseif after and after:find('^%d+$') then
		faults[#faults + 1] = ('the host %s has a port (write host = %s, ssh = { port = %s })'):format(
			lsyncd.dump(host), lsyncd.dump(before), after)
		return
	elseif after then
		faults[#faults + 1] = ('the host %s has a directory (write host = %s, targetdir = %s)'):format(
			lsyncd.dump(host), lsyncd.dump(before), lsyncd.dump(after ~= '' and after or '/directory'))
		return
	elseif host:find('/') then
		faults[#faults + 1] = ('%s is no host (write host = "name" or "user@name", without ssh:// and directory)'):format(lsyncd.dump(host))
		return
	end
	if name == '' or user == '' or name:find('^%-') or (user or ''):find('^%-') or host:find('[%c ]') then
		faults[#faults + 1] = ('%s is no host (write host = "name" or "user@name")'):format(lsyncd.dump(host))
	end
end

function rsync.prepare(config, level)
	local faults = lsyncd.check(config)
	local target = config.target
	if target == nil and config.host and config.targetdir then
		lsyncd.warning('default.rsync with host and targetdir is old', 'write target = "host:directory", or use default.rsyncssh')
		target = config.host .. ':' .. config.targetdir
		config.host, config.targetdir = nil, nil
	end
	if target == nil or target == '' then
		faults[#faults + 1] = 'default.rsync needs a target (add target = "/directory" or "host:directory")'
	elseif type(target) == 'string' then
		local scheme = target:match('^(%a[%w+.-]*)://')
		if scheme and scheme ~= 'rsync' then
			faults[#faults + 1] = ('target: rsync knows no %s:// (write "host:directory")'):format(scheme)
		end
		local host = not scheme and target:match('^([^/:]+):')
		if host then
			shared.prepareHost(host, faults)
			local port, dir = target:match('^[^/:]+:(%d+):?(/.*)$')
			if port then
				lsyncd.warning(('target: %s is no port to rsync, but where the path on the host begins'):format(port),
					('for a port use default.rsyncssh with host = %s, targetdir = %s, ssh = { port = %s }, or target = %s, rsync = { rsh = "ssh -p %s" }')
						:format(lsyncd.dump(host), lsyncd.dump(dir), port, lsyncd.dump(host .. ':' .. dir), port))
			end
		elseif not scheme and target:find('^[^/]+@[^/]+') then
			lsyncd.warning(('target: without a colon %s is a directory on this machine'):format(lsyncd.dump(target)), 'write "user@host:directory"')
		end
		config.target = target:match('[/:]$') and target or target .. '/'
	end
	shared.prepareOptions(config, faults)
	if type(config.rsync) == 'table' then
		shared.prepareBinary(config.rsync.binary, faults)
	end
	if #faults > 0 then
		error(table.concat(faults, '\n'), 0)
	end
end

-- The filter rules of a sync for rsync's "merge -" with --from0: one a zero byte,
-- so that no pattern can be mistaken for anything else.
local function ruleLines(inlet)
	local lines = {}
	for _, rule in ipairs(inlet.getFilters()) do
		lines[#lines + 1] = rule
	end
	for _, pattern in ipairs(inlet.getExcludes()) do
		lines[#lines + 1] = '- ' .. pattern
	end
	return lines
end

-- Whether rules judge a directory otherwise than a file of that name: what is missing has a directory compared, then.
local function typed(inlet)
	for _, line in ipairs(ruleLines(inlet)) do
		if line:find('/$') or line:find('***', 1, true) then
			return true
		end
	end
	return false
end

local function deleting(config, phase)
	return config.delete == true or config.delete == phase
end

-- Without a negative --modify-window rsync ignores fractions of a second, and takes a second
-- write of the same size within one second for nothing new. It comes before the user's own options, which win.
local function wholeTimes(config)
	return not config.rsync.modify_window and '--modify-window=-1' or nil
end

-- Returns a function that puts the local end of the sync's tunnel, for what an agent spawns next, into
-- an option or a list of them. File names are none of its business.
function shared.through(agent)
	if not agent.config.tunnel then
		return function(value) return value end
	end
	local data = agent.inlet.getSubstitutionData(agent, {})
	local ends = { localhost = data.localhost, localport = data.localport }
	return function(value) return substitudeCommands(value, ends) end
end

-- How many entries a startup may delete, of a sync with a guard. The user's own option comes later, and wins.
local function maxDelete(agent, config, phase)
	local limit = phase == 'startup' and deleting(config, phase) and transfer.maxDelete(agent)
	return limit and '--max-delete=' .. limit or nil
end

-- With incremental recursion rsync looks for the names of one file while it still lists the tree. If the first of
-- them vanishes meanwhile, versions up to 3.5.0 wait for it without end. A user's own --inc-recursive wins.
local function wholeList(config)
	return config.rsync.hard_links and '--no-inc-recursive' or nil
end

-- The whole tree, or of it what `only` says: paths that begin with a slash, each with what is below it if it ends in one,
-- and the directories of what a transfer that was cut off may have left. `quick` is about what has changed.
local function recursive(agent, config, phase, only)
	local meaning, through, rules = config.rsync._meaning, shared.through(agent), ruleLines(agent.inlet)
	if only then
		only.both = meaning.excluded
		if meaning.cvs then -- else rsync would add these behind our last rule
			rules[#rules + 1] = ':C'
			rules[#rules + 1] = '-C'
		end
	end
	spawn(
		agent, config.rsync.binary, '<', transfer.input(agent, rules, only),
		wholeTimes(config), wholeList(config), maxDelete(agent, config, phase), transfer.unlike(agent) and '--checksum' or nil,
		through(config.rsync._computed), config.ssh and config.ssh._rsync and config.ssh._rsync(through),
		(only or #rules > 0) and { '--from0', '--filter=merge -', meaning.lines and '--no-from0' or nil } or nil,
		deleting(config, phase) and '--delete' or nil,
		'-r', '--', config.source, through(config.target)
	)
end

-- Says how changes will be sent, and why like this.
function shared.explain(config)
	local given = config.rsync
	if given.transfer == 'filter' then
		log('Info', config.name, ': rsync looks through ', given._meaning.whole and 'everything when' or 'every directory in which',
			' something changes, as ', given._why or 'rsync.transfer is "filter"')
	elseif given._contents then
		log('Info', config.name, ': rsync gets the exact paths that changed, and the whole directory for what is gone: a collect ',
			'of your own sees no exit code 2 of an rsync that cannot delete single paths')
	else
		log('Info', config.name, ': rsync gets the exact paths that changed')
	end
	if given._contents or given.hard_links then
		log('Info', config.name, ': one rsync runs at a time, as ', given.hard_links and 'hard_links is set' or 'directories are compared')
	end
end

function rsync.init(event)
	local config = event.config
	log('Normal', 'recursive startup rsync: ', config.source, ' -> ', config.target)
	shared.explain(config)
	recursive(event, config, 'startup')
end

-- A full sync of the whole, or of what is below the event's path.
function rsync.full(event)
	local part = event.path ~= '' and not event.config.rsync._meaning.whole
	recursive(event, event.config, 'startup', part and { paths = { '/' .. event.path } } or nil)
end

-- Whether rsync gets the directory that held what is gone, always or in the next run.
local function listsContents(given)
	return given._contents or given._barred
end

-- What rsync has to do with paths that are gone.
local function missing(config, delete)
	if not delete then
		return '--ignore-missing-args'
	elseif listsContents(config.rsync) then
		return '--delete'
	end
	return { '--delete', '--delete-missing-args' }
end

-- Exact paths: rsync looks at nothing else. What is gone is listed, too, and removed at the target.
-- --delete acts only in directories that the plan lists with their contents.
local function exact(agent, config)
	local delete, through = deleting(config, 'running'), shared.through(agent)
	local input = transfer.plan(agent, {
		delete = delete, hard_links = config.rsync.hard_links, contents = listsContents(config.rsync), quick = config.rsync._quick,
	})
	local filters = {}
	for i, rule in ipairs(ruleLines(agent.inlet)) do
		filters[i] = '--filter=' .. rule
	end
	spawn(
		agent, config.rsync.binary, '<', input,
		wholeTimes(config), through(config.rsync._computed), config.ssh and config.ssh._rsync and config.ssh._rsync(through),
		'--from0', '--files-from=-', filters, missing(config, delete),
		'--', config.source, through(config.target)
	)
end

-- The old way: rsync walks every directory in which something changed.
local function filtered(agent, config)
	local given, paths = config.rsync, {}
	if given._meaning.whole then
		recursive(agent, config, 'running')
		return
	elseif agent.isList then
		paths = agent.getPaths()
	else
		local destination = rawget(agent, 'destination')
		paths = { '/' .. agent.path, destination and '/' .. destination.path }
	end
	local strays, trees
	if deleting(config, 'running') then
		strays, trees = transfer.sweep(agent, paths)
		for _, dir in ipairs(trees) do
			paths[#paths + 1] = '/' .. dir
		end
	end
	recursive(agent, config, 'running', {
		paths = paths, strays = strays, quick = given._quick, hard_links = given.hard_links, follow = given._meaning.followed,
	})
end

-- Sends what the events of a list, or of one event, changed.
function shared.send(agent)
	local config = agent.config
	if config.rsync.transfer == 'filter' then
		filtered(agent, config)
	else
		exact(agent, config)
	end
end

-- Whether an event is about a file so large that others should not wait for it.
local function large(event, limit)
	local etype = event.etype
	return limit and not event.isdir and (etype == 'Create' or etype == 'Modify')
		and (lsyncd.get_file_size(event.sourcePath) or 0) > limit
end

-- Returns the event to act on next, with its destination if it is a move; nil without any. A Blanket needs no action.
function shared.next(inlet)
	local event, event2 = inlet.getEvent()
	if event and event.etype == 'Blanket' then
		inlet.discardEvent(event)
		return nil
	end
	return event, event2
end

function rsync.action(inlet)
	local event = shared.next(inlet)
	if not event then
		return
	end
	-- Two transfers at once would tear the names of one file apart.
	local given = event.config.rsync
	local alone = listsContents(given) or given.hard_links or inlet.getConfig().maxProcesses > 1 and typed(inlet)
	if not transfer.beside(event, alone) then
		log('Debug', event.config.name, ': the next rsync waits for the one that runs: both at once could undo each other')
		return -- asked again when what runs has ended
	end
	local limit = inlet.getConfig().batchSizeLimit
	if large(event, limit) then
		log('Debug', event.config.name, ': ', event.path, ' is sent alone, as it is larger than batchSizeLimit')
		shared.send(event)
		return
	end
	local test
	if limit then
		test = function(other) return not large(other, limit) end
	end
	shared.send(inlet.getEvents(test))
end

-- Whether what ended was an rsync that had the directories listed, not single paths. With several at once one
-- can end that was started before another one told that the target cannot do with single paths.
local function listedContents(agent, said)
	if said and said.contents ~= nil then
		return said.contents
	end
	return listsContents(agent.config.rsync) or not agent.isList and (agent.etype == 'Init' or agent.etype == 'Full')
end

-- Decides by a table of exit codes. Receivers of some versions (3.4.3, and Debian's 3.2.7-1+deb12u5 and
-- later) take every path to be deleted for a broken file list and end with 2, a fatal code. They can do with
-- the directories that held those paths instead.
function shared.verdict(agent, exitcode, codes, said)
	local given = agent.config.rsync
	if exitcode == 2 and codes[2] == 'die' and said and said.derailed then -- else 2 means that the two sides do not understand each other
		return 'partial'
	end
	if exitcode == 2 and given.transfer ~= 'filter' and not listedContents(agent, said) then
		if not given._contents then
			given._contents = true
			log('Warn', "rsync at the target cannot delete single paths (exit code 2); trying again with the directories that held them")
		end
		return 'again'
	end
	if exitcode == 1 and codes[1] == 'die' and said and said.misruled then -- what a user wrote in the source ends no daemon
		return 'partial'
	end
	local verdict = codes[exitcode] or 'die'
	local listed = listedContents(agent, said)
	given._barred = nil
	if verdict == 'partial' and said and said.unfit then -- the target as a whole, which gets over it
		return 'again'
	elseif verdict == 'partial' and said and said.barred and given.transfer ~= 'filter' and not listed then
		given._barred = true -- once more, and with the directories that held what is gone
		return 'again'
	end
	return verdict
end

function rsync.collect(agent, exitcode, said)
	return shared.verdict(agent, exitcode, agent.config.exitcodes, said)
end
