sync { default.direct, source = "$SOURCE", target = "$TARGET", exlude = "*.tmp" }
-- want: config\.lua:1: sync "Sync1": unknown parameter "exlude" \(did you mean "exclude"\? if it is no typo, add it to checkgauge\)
-- §2: checkgauge.
