-- Mirrors a tree to another local directory without starting any program.

sync {
	default.direct,
	source = os.getenv("SOURCE") or "/srv",
	target = os.getenv("TARGET") or "/var/backups/srv",
	delay  = 1,
}
