settings { heartbeat = { url = "hc-ping.com/uuid", every = 0.1, evry = 60 } }
settings { heartbeat = { every = 60 } }
settings { heartbeat = "https://hc-ping.com/uuid" }
sync { default.direct, source = "$SOURCE", target = "$TARGET" }
-- want: config\.lua:1: settings: heartbeat\.every must be a number of seconds of at least 1, not 0\.1 \(write every = 60\)
-- want: config\.lua:1: settings: unknown parameter "heartbeat\.evry" \(did you mean "every"\?\)
-- want: config\.lua:1: settings: heartbeat\.url must be a URL that begins with https:// or http://, not "hc-ping\.com/uuid" \(write url = "https://hc-ping\.com/UUID"\)
-- want: config\.lua:2: settings: heartbeat\.url is missing \(write url = "https://hc-ping\.com/UUID"\)
-- want: config\.lua:3: settings: heartbeat must be a table or false, not "https://hc-ping\.com/uuid" \(write heartbeat = \{ url
