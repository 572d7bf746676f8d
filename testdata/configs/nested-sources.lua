-- One tree, watched by several syncs for different ends.
-- §2: subdirs = false. §3: nested sources.

local function each(what)
	return function(event)
		if not event.isdir then
			spawn(event, "publish", what, event.path)
		end
	end
end

sync { source = "$SOURCE", name = "all", delay = 1, onCreate = each "all" }
sync { source = "$SOURCE/inbox", name = "inbox", delay = 1, onCreate = each "inbox", onMove = true }
sync { source = "$SOURCE/../source/inbox/", name = "flat", delay = 1, subdirs = false, onCreate = each "flat" }

local inlet = sync { source = "$SOURCE", name = "late", delay = 1, onCreate = each "late" }
inlet.addExclude("/inbox/")
for _, pattern in ipairs(inlet.getExcludes()) do log("Normal", "excluded from late: ", pattern) end

--@ mkdir source/inbox/deep
--@ start -delay 0.1
--@ log excluded from late: /inbox/
--@ write source/inbox/deep/a 1
--@ write source/inbox/b 1
--@ write source/c 1
--@ expect publish [all] [inbox/deep/a]
--@ expect publish [all] [inbox/b]
--@ expect publish [all] [c]
--@ expect publish [inbox] [deep/a]
--@ expect publish [inbox] [b]
--@ expect publish [flat] [b]
--@ expect publish [late] [c]
--@ never publish [late] [inbox...
--@ never publish [flat] [deep...
