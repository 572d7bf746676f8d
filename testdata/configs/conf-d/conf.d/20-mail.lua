sync {
	settled,
	source  = "$SOURCE/mail",
	target  = "backup::mail",
	exclude = { "/tmp/", "*.lock" },
}
