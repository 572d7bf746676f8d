-- Saved as "UTF-8" by an editor that begins such files with a byte order mark.
sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = 1 }

--@ start -delay 0.1
--@ expect rsync ... [$SOURCE/] [$TARGET/]
