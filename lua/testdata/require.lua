#!/usr/bin/env lsyncgo
-- §2: require and dofile look in the directory of the config, wherever the program was started.

local numbers = require 'modules.numbers'
same(numbers.seven, 7)
same(numbers.name, 'modules.numbers')
same(require 'modules.numbers' == numbers, true)
fails('modules.nosuch', require, 'modules.nosuch')
same(dofile('modules/part.lua'), 'a result')
same(part, 'done')
same(loadfile('modules/numbers.lua')().seven, 7)

sync{ source = source, onCreate = function() same(require('modules.numbers').seven, 7); ok('later') end }

--> create x
--> ok later
