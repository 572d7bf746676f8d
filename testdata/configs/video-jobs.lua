-- Transcodes with own fields on events, a queue per size, and three attempts.
-- §3: fields of one's own.

local attempts = {}

sync {
	source       = "$SOURCE/in",
	target       = "$SOURCE/out",
	delay        = 2,
	maxProcesses = 2,
	exclude      = "*.part",

	onCreate = function(event)
		if event.isdir then return end
		local size = lsyncd.get_file_size(event.sourcePath)
		event.began = now()
		event.large = size and size > 1000
		spawn(event, "ffmpeg", "-nostdin", "-i", event.sourcePath,
			event.large and { "-preset", "slow" } or {},
			{ "-c:v", "libx265", { "-crf", 28 } }, nil,
			event.targetPathname:gsub("%.%w+$", "") .. ".mkv")
	end,

	collect = function(event, exitcode)
		local path = event.path
		local seconds = now() - rawget(event, "began")
		if exitcode == 0 then
			log("Normal", path, " done, large: ", rawget(event, "large"), ", in time: ", seconds < now() - now() + 3600)
			attempts[path] = nil
			return "ok"
		end
		attempts[path] = (attempts[path] or 0) + 1
		if attempts[path] >= 2 then
			log("Error", path, " given up after ", attempts[path], " attempts")
			return "ok"
		end
		return "again"
	end,
}

--@ mkdir source/in
--@ mkdir source/out
--@ start -delay 0.1
--@ write source/in/clip.avi x
--@ expect ffmpeg [-nostdin] [-i] [$SOURCE/in/clip.avi] [-c:v] [libx265] [-crf] [28] [$SOURCE/out/clip.mkv]
--@ log clip.avi done, large: false, in time: 
--@ exit ffmpeg 1
--@ write source/in/bad.avi x
--@ count 2 ffmpeg ...bad.avi...
--@ log bad.avi done
