-- §1 -onepass, §6: the program ends with 0 when every startup is done.
-- §2: settings{ "onepass" }.

settings{ 'onepass' }
sync{ source = source, onStartup = 'begin' }
sync{ source = source, onStartup = function(event) spawn(event, 'two') end, onCreate = true }

--> run sh -c begin sh
--> run two
--> exit 0
--> exit 0
--> ended 0
