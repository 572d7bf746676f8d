-- To a web space that knows nothing but FTP.

local url  = "ftp://user@ftp.example"
local curl = "curl --silent --show-error --netrc-file $DIR/etc/netrc --ftp-create-dirs "

settings { logfile = "$DIR/log/lsyncd.log", maxProcesses = 2 }

sync {
	source = "$SOURCE",
	target = url,
	delay  = 2,

	onStartup = [[echo "mirror -R --delete ^source /" | lftp -f /dev/stdin ^target]],
	onCreate  = [[[ -d ^sourcePath ] || ]] .. curl .. [[-T ^sourcePathname "^targetPathname"]],
	onModify  = curl .. [[-T ^sourcePathname "^targetPathname"]],
	onDelete  = curl .. [[-Q "-DELE ^path" ^target]],
	onMove    = curl .. [[-Q "-RNFR ^o.path" -Q "-RNTO ^d.path" ^target]],

	exitcodes = { [0] = "ok", [7] = "again", [28] = "again" },
}

--@ start -delay 0.1
--@ expect lftp [-f] [/dev/stdin] [ftp://user@ftp.example] < mirror -R --delete $SOURCE/ /
--@ log startup done
--@ exit curl 28
--@ write source/$(id)'"`.html 1
--@ count 2 curl [--silent] [--show-error] [--netrc-file] [$DIR/etc/netrc] [--ftp-create-dirs] [-T] [$SOURCE/$(id)'"`.html] [ftp://user@ftp.example/$(id)'"`.html]
--@ idle
--@ rename source/$(id)'"`.html source/b.html
--@ expect curl ... [-Q] [-RNFR $(id)'"`.html] [-Q] [-RNTO b.html] [ftp://user@ftp.example]
--@ idle
--@ remove source/b.html
--@ expect curl ... [-Q] [-DELE b.html] [ftp://user@ftp.example]
