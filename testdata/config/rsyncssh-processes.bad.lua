sync { default.rsyncssh, source = "$SOURCE", host = "h", targetdir = "/t", maxProcesses = 2 }
-- want: config\.lua:1: sync "Sync1": maxProcesses must be 1 with default\.rsyncssh: a move may not overtake what it moves \(remove it\)
-- §9: default.rsyncssh.
