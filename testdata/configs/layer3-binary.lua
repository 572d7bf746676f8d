-- Programs without a shell in between, and a shell for a program with a path.

sync {
	source = "$SOURCE",
	target = "$TARGET",
	delay  = 1,
	onCreate = [[$BIN/publish create "^sourcePathname" --to=^targetPathdir "two words"]],
	onModify = "^$BIN/publish modify ^path && $BIN/publish second ^pathdir",
	onDelete = "$BIN/publish delete ^path",
	onMove   = "$BIN/publish move ^o.path ^d.path",
	exitcodes = { [0] = "ok" },
}

--@ start -delay 0.1
--@ write source/a'b$c 1
--@ expect publish [create] [$SOURCE/a'b$c] [--to=$TARGET/] [two words]
--@ idle
--@ write source/a'b$c 22
--@ expect publish [modify] [a'b$c]
--@ expect publish [second] []
--@ idle
--@ rename source/a'b$c source/d
--@ expect publish [move] [a'b$c] [d]
--@ idle
--@ remove source/d
--@ expect publish [delete] [d]
-- §7: programs and shell commands.
