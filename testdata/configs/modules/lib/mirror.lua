local M = { exclude = { "*.log" } }

local function append(to, from)
	for _, value in ipairs(from) do to[#to + 1] = value end
	return to
end

return function(site)
	return sync {
		default.rsync,
		name    = site.name,
		source  = "$SOURCE/" .. site.name,
		target  = ("mirror@%s:/srv/%s"):format(site.host, site.name),
		exclude = site.exclude and append(append({}, site.exclude), M.exclude),
		rsync   = site.rsync or {},
	}
end
