-- default.direct: a mirror in another local directory, made in process.

local transfer = transfer -- a config may use the name for something else
local shared = default.rsyncShared
local direct = { default.rsync }
default.direct = direct

direct.capabilities = { target = 'local', deletes = 'live', hardLinks = true, trees = true }
direct.delay = 1
direct.maxProcesses = 1
direct.delete = true
direct.onMove = true
direct.exitcodes = default.rsyncExitCodes
direct.collect = default.collect

direct.checkgauge = {
	onMove = true, rsyncExitCodes = true, fsync = 'flag', unsafe = 'boolean',
	host = false, targetdir = false, batchSizeLimit = false,
}

-- What the table `rsync` may ask for and the mirror does anyway.
local kept = {
	binary = true, links = true, times = true, protect_args = true, archive = true, perms = true, owner = true,
	group = true, hard_links = true, sparse = true, xattrs = true, acls = true, whole_file = true,
	verbose = true, quiet = true, executability = true, inplace = true,
}

function direct.prepare(config, level)
	local faults = lsyncd.check(config)
	local target = config.target
	if target == nil or target == '' then
		faults[#faults + 1] = 'default.direct needs a target (add target = "/directory")'
	elseif type(target) == 'string' and (target:match('^/+$') or lsyncd.realdir(target) == '/') then
		faults[#faults + 1] = 'default.direct refuses the target / (name a directory below it)'
	elseif type(target) == 'string' then
		if target:match('^[^/]*:') then
			faults[#faults + 1] = 'default.direct needs a local target (use default.rsync or default.rsyncssh for another host)'
		end
		config.target = target:match('/$') and target or target .. '/'
	end
	if transfer.unsafe() and not config.unsafe then
		faults[#faults + 1] = 'default.direct is not safe as root on this system: who can write in the target may get '
			.. 'the rights of others (run lsyncgo as another user, use default.rsync, or add unsafe = true '
			.. 'if nobody else can write there)'
	end
	if type(config.rsync) == 'table' then
		local meaning = shared.meaning(shared.options(config.rsync))
		local option = meaning.whole or meaning.chosen or meaning.dry
		if option then -- what it would spare would be overwritten and deleted
			faults[#faults + 1] = ('default.direct copies without rsync and cannot do what rsync does with %s (%s)'):format(option,
				meaning.dry and option == meaning.dry and 'remove it from the table rsync, or use default.rsync'
				or 'use exclude or filter of the sync instead, or default.rsync')
		end
		local ignored = {}
		for name, value in pairs(config.rsync) do
			if value and not kept[name] then
				ignored[#ignored + 1] = tostring(name)
			end
		end
		table.sort(ignored)
		if #ignored > 0 then
			lsyncd.warning(
				'default.direct copies without rsync and ignores rsync.' .. table.concat(ignored, ', rsync.'),
				'remove it, or use default.rsync'
			)
		end
	end
	if #faults > 0 then
		error(table.concat(faults, '\n'), 0)
	end
end

local function options(config, phase)
	return {
		target = config.target, delete = config.delete == true or config.delete == phase,
		fsync = config.fsync, unsafe = config.unsafe,
	}
end

function direct.init(event)
	local config = event.config
	log('Normal', 'startup mirror: ', config.source, ' -> ', config.target)
	transfer.tree(event, options(config, 'startup'))
end

function direct.full(event)
	transfer.tree(event, options(event.config, 'startup'))
end

function direct.action(inlet)
	local event = shared.next(inlet)
	if not event then
		return
	end
	transfer.apply(inlet.getEvents(), options(inlet.getConfig(), 'running'))
end
