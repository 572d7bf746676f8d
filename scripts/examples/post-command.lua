-- Runs a command after each transfer, for example to reload a web server. The
-- command gets a Blanket event of its own: later changes wait until it has ended.

local command = os.getenv("COMMAND") or "true"

local postrsync = {
	default.rsync,
	checkgauge = { default.rsync.checkgauge, postcommand = true },

	collect = function(agent, exitcode)
		if not agent.isList and agent.etype == "Blanket" then
			if exitcode ~= 0 then log("Error", "the command after the transfer failed with exit code ", exitcode) end
			return "ok"
		end
		local verdict = default.rsync.collect(agent, exitcode)
		local config = agent.config
		if exitcode == 0 and config.postcommand then
			spawnShell(agent.inlet.createBlanketEvent(), config.postcommand)
		end
		return verdict
	end,
}

sync {
	postrsync,
	source      = os.getenv("SOURCE") or "/srv",
	target      = os.getenv("TARGET") or "/var/backups/srv",
	delay       = 2,
	postcommand = command,
}
