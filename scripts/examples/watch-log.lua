-- Log every event below a directory, just as the kernel tells it. (On Linux.)

watch {
	path     = os.getenv("SOURCE") or "/srv",
	rec      = true,
	auto_add = true,
	default_task = function(event)
		local from = event.src_pathname ~= "" and " from " .. event.src_pathname or ""
		log("Normal", event.maskname, " ", event.pathname, from)
	end,
}
