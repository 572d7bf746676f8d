-- Moves, copies or deletes files by their suffix, 30 seconds after they were
-- last written. What is removed, renamed or written meanwhile is left alone.

local source = os.getenv("SOURCE") or "/srv/in"
local target = os.getenv("TARGET") or "/srv/out"

local function quoted(path) return (path:gsub("[%^%$%(%)%.%[%]%*%+%-%?%{%}%|\\]", "\\%0")) end
local function literal(path) return (path:gsub("\\", "\\\\")) end

local files = scheduler.filemanager {
	delay = tonumber(os.getenv("DELAY") or 30),
	rules = {
		{ action = "move", src_re = "^" .. quoted(source) .. [[/(?P<path>.*)\.to_move$]], dst_re = literal(target) .. [[/\g<path>]],
		  auto_create = true, filemode = "0644", dirmode = "0755" },
		{ action = "copy", src_re = "^" .. quoted(source) .. [[/(?P<path>.*)\.to_copy$]], dst_re = literal(target) .. [[/\g<path>]],
		  auto_create = true, overwrite = true },
		{ action = "delete", src_re = "^" .. quoted(source) .. [[/(?P<path>.*)\.to_delete$]] },
	},
}

watch {
	path = source, rec = true, auto_add = true,
	event_map = {
		IN_CLOSE_WRITE = files.schedule, IN_MOVED_TO = files.schedule,
		IN_DELETE = files.cancel, IN_MOVED_FROM = files.cancel,
	},
}

settings { shutdownTimeout = 35 }
