sync { default.rsyncssh, source = "$SOURCE", targetdir = "/srv" }
-- want: config\.lua:1: sync "Sync1": default\.rsyncssh needs a host \(add host = "name"\)
