settled = require "settled"

sync {
	settled,
	source = "$SOURCE/www",
	target = "backup::www",
}
