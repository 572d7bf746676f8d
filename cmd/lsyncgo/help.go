package main

// help fits a terminal of 24 lines and 80 columns.
const help = `lsyncgo keeps targets in step with directories that change.
  lsyncgo [OPTIONS] CONFIG.lua       run a config, as a daemon unless -nodaemon
  lsyncgo [OPTIONS] SYNC...          without a config; SYNC is one of
    -rsync    SRC TARGET               rsync the changes
    -rsyncssh SRC HOST TARGETDIR       rsync, and moves by ssh
    -direct   SRC TARGETDIR            copy, move and remove locally
  lsyncgo check CONFIG.lua...        problems, and what is not as with Lsyncd
  lsyncgo status [-json] CONFIG.lua  what the daemon does (or -pidfile FILE)
  lsyncgo resume NAME CONFIG.lua     let a sync that is on hold go on
Options, with one dash or two:
  -delay SECS    collect changes so long   -nodaemon      stay in foreground
  -insist        retry a failed startup    -onepass       startup, then exit
  -log CATEGORY  or all, scarce; repeat    -logfile FILE  instead of syslog
  -pidfile FILE  lock: one daemon only     -script FILE   Lua before the config
  -monitor NAME  without NAME: list them   -sshopts WORDS arguments for ssh
  -dryrun        only print what to start  -force         hold no sync
  -version       print it and exit         -help          this
Example, mirror.lua:
  settings{ logfile = "/var/log/lsyncgo.log", pidfile = "/run/lsyncgo.pid" }
  sync{ default.rsync, source = "/srv/www", target = "web1:/srv/www" }
Signals: TERM, INT end (twice: at once), HUP reloads, USR1 writes status file.
Exit: 0 ok, 255 wrong config or options, 128+N signal N.
`
