-- What the syncs in conf.d have in common.
return {
	default.rsync,
	delay = 5,
	rsync = { archive = true, numeric_ids = nil, _extra = { "--numeric-ids" } },
}
