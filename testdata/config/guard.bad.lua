settings { guard = { maxDelete = "0%" } }
sync { default.direct, source = "$SOURCE", target = "$TARGET", guard = { maxDelete = "150%" } }
sync { default.direct, source = "$SOURCE", target = "$TARGET", guard = true }
sync { default.direct, source = "$SOURCE", target = "$TARGET", guard = { maxdelete = 5 } }
sync { default.direct, source = "$SOURCE", target = "$TARGET", guard = { maxDelete = 0.5 } }
sync { default.direct, source = "$SOURCE", target = "$TARGET", guard = {} }
-- want: config\.lua:1: settings: guard\.maxDelete must be more than "0%" and at most "100%", or a number of entries, 0 or more, not "0%" \(write maxDelete = "50%"\)
-- want: config\.lua:2: sync "Sync1": guard\.maxDelete must be more than "0%" and at most "100%", or a number of entries, 0 or more, not "150%" \(write maxDelete = "50%"\)
-- want: config\.lua:3: sync "Sync2": guard must be a table or false, not true \(write guard = \{ maxDelete = "50%" \}\)
-- want: config\.lua:4: sync "Sync3": unknown parameter "guard\.maxdelete" \(did you mean "maxDelete"\?\)
-- want: config\.lua:4: sync "Sync3": guard\.maxDelete is missing \(write
-- want: config\.lua:5: sync "Sync4": guard\.maxDelete must be .*, not 0\.5 \(write
-- want: config\.lua:6: sync "Sync5": guard\.maxDelete is missing \(write maxDelete = "50%"\)
