-- A mirror by plain commands, with the forms that are found in old tutorials.

settings { "nodaemon", "insist" }

bash = {
	delay        = 0,
	maxProcesses = 1,

	onCreate  = [[cp -r "^sourcePathname" ^targetPathdir]],
	onModify  = "cp ^sourcePathname ^targetPathname",
	onDelete  = "rm -rf ^targetPathname",
	onMove    = "mv ^o.targetPathname ^d.targetPathname",
	onAttrib  = [[publish "attributes of ^path" 'in ^pathdir' $(echo ^pathname | tr a-z A-Z) | cat]],
	onStartup = [[if [ "$(ls -A ^source)" ]; then cp -r ^source* ^target; fi]],
}

sync { bash, source = "$SOURCE", target = "$TARGET/" }

--@ write source/old/file 1
--@ start
--@ file target/old/file 1
--@ log startup done
--@ write source/$(date)`x`".txt 1
--@ file target/$(date)`x`".txt 1
--@ write source/plain 1
--@ file target/plain 1
--@ idle
--@ chmod 600 source/plain
--@ expect publish [attributes of plain] [in ] [PLAIN]
--@ idle
--@ rename source/old source/new
--@ file target/new/file 1
--@ gone target/old
--@ idle
--@ remove source/new
--@ gone target/new
-- §7: shell commands.
