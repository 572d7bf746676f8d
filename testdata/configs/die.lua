-- An exit code that means "call somebody" ends everything, as it always has.
-- §6: die.

sync {
	source    = "$SOURCE",
	delay     = 0,
	onCreate  = [[publish ^pathname]],
	exitcodes = { [0] = "ok", [9] = "die" },
}

--@ start
--@ write source/a 1
--@ expect publish [a]
--@ exit publish 9
--@ write source/b 1
--@ ends 255
