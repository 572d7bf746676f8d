-- A bucket that follows a directory, through the command line tool.

local bucket = "s3://archive-example"
local base = { "--only-show-errors", "--storage-class", "STANDARD_IA" }

local function key(path) return bucket .. "/" .. path end

local function upload(event)
	if event.isdir then
		log("Normal", "a bucket has no directories: ", event.path)
	else
		spawn(event, "aws", "s3", "cp", base, event.sourcePath, key(event.path))
	end
end

sync {
	source       = "$SOURCE",
	delay        = 5,
	maxProcesses = 8,
	exclude      = { ".*", "*~" },

	onStartup = function(event)
		spawn(event, "aws", "s3", "sync", base, "--delete", event.sourcePath, bucket)
	end,

	onCreate = upload,
	onModify = upload,

	onDelete = function(event)
		spawn(event, "aws", "s3", "rm", event.isdir and "--recursive" or nil, key(event.path))
	end,

	onMove = function(from, to)
		spawn(from, "aws", "s3", "mv", from.isdir and "--recursive" or nil, key(from.path), key(to.path))
	end,

	exitcodes = { [0] = "ok", [1] = "again", [2] = "ok", [130] = "again", [255] = "again" },
}

--@ start -delay 0.1
--@ expect aws [s3] [sync] [--only-show-errors] [--storage-class] [STANDARD_IA] [--delete] [$SOURCE/] [s3://archive-example]
--@ log startup done
--@ exit aws 1
--@ write source/2014/report.pdf 1
--@ count 2 aws [s3] [cp] [--only-show-errors] [--storage-class] [STANDARD_IA] [$SOURCE/2014/report.pdf] [s3://archive-example/2014/report.pdf]
--@ write source/2014/.hidden 1
--@ idle
--@ rename source/2014/report.pdf source/2014/final.pdf
--@ expect aws [s3] [mv] [s3://archive-example/2014/report.pdf] [s3://archive-example/2014/final.pdf]
--@ idle
--@ rename source/2014 source/2015
--@ expect aws [s3] [mv] [--recursive] [s3://archive-example/2014/] [s3://archive-example/2015/]
--@ idle
--@ remove source/2015
--@ expect aws [s3] [rm] [--recursive] [s3://archive-example/2015/]
--@ never aws ....hidden...
