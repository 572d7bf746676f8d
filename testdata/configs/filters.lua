-- Only photographs, from some directories, without what the exclude file names.

sync {
	default.rsync,
	source      = "$SOURCE",
	target      = "photos.example::all",
	delay       = 1,
	filterFrom  = "$DIR/etc/filters",
	filter      = { "- /private/", "+ *.JPG", "+ *.[jr][pa][gw]" },
	exclude     = { "thumbs.db", "/**/cache/**" },
	excludeFrom = "$DIR/etc/excludes",
}

--@ write etc/filters + *.keep
--@ write etc/excludes - *
--@ mkdir source/2014
--@ start -delay 0.1
--@ expect rsync ... < - /private/|+ *.JPG|+ *.[jr][pa][gw]|+ *.keep|- thumbs.db|- /**/cache/**|- *|
--@ write source/a.txt 1
--@ write source/b.jpg 1
--@ write source/c.raw 1
--@ write source/d.keep 1
--@ write source/private/e.jpg 1
--@ expect rsync ... < ...b.jpg|...
--@ expect rsync ... < ...c.raw|...
--@ expect rsync ... < ...d.keep|...
--@ never rsync ...a.txt|...
--@ never rsync ...e.jpg|...
-- §8: filters come before excludes, those of files after those of the config.
