-- Mirrors a tree to another machine; a renamed file or directory is renamed
-- there too instead of being sent again.

settings { insist = true }

sync {
	default.rsyncssh,
	source    = os.getenv("SOURCE") or "/srv",
	host      = os.getenv("HOST") or "backup.example",
	targetdir = os.getenv("TARGETDIR") or "/srv",
	delay     = 5,
	rsync     = { archive = true },
	ssh       = {
		port    = tonumber(os.getenv("PORT") or 22),
		_extra  = os.getenv("SSHCONFIG") and { "-F", os.getenv("SSHCONFIG") } or nil,
	},
}
