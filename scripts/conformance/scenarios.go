package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// scenarios returns all of them; the generated ones draw from random.
func scenarios(random *rand.Rand) []scenario {
	return slices.Concat(layer1(), layer2(), layer3(), exitCodes(), excludes(), presets(), rsyncssh(), forReal(), configs(), seeded(random))
}

// reporting is the head of a config whose events are reported with their type, path and, for a Move, destination.
const reporting = `
local function report(kind)
	return function(event, event2)
		spawn(event, "$BIN/record", kind, event.path, event2 and event2.path)
	end
end
`

// plain handles every type of event but Move.
const plain = `onAttrib = report "Attrib", onCreate = report "Create", onDelete = report "Delete", onModify = report "Modify",`

// someTree is what most scenarios start with.
var someTree = []operation{write("f"), write("g"), write("d/a"), write("d/e/b"), mkdir("empty"), outsideFile("o"), outsideFile("od/p")}

// change is something done to someTree.
type change struct {
	name    string
	ops     []operation
	differs []*difference // where each event is reported
	trees   []*difference // where rsync gets the paths
}

var changes = []change{
	{"create file", []operation{write("new")}, []*difference{combined}, nil},
	{"create file below", []operation{write("d/e/new")}, []*difference{combined}, nil},
	{"create empty directory", []operation{mkdir("newdir")}, nil, nil},
	{"create tree", []operation{mkdir("x"), write("x/1"), mkdir("x/y"), write("x/y/2")}, []*difference{combined}, []*difference{wholeTrees}},
	{"modify", []operation{appendText("f")}, nil, nil},
	{"modify below", []operation{appendText("d/e/b")}, nil, nil},
	{"modify two", []operation{appendText("f"), appendText("g")}, nil, nil},
	{"truncate", []operation{write("f")}, []*difference{combined}, nil},
	{"delete file", []operation{remove("f")}, nil, nil},
	{"delete empty directory", []operation{remove("empty")}, nil, nil},
	{"delete tree", []operation{remove("d")}, nil, []*difference{wholeTrees}},
	{"attrib file", []operation{chmod("f")}, nil, nil},
	{"attrib directory", []operation{chmod("empty")}, nil, nil},
	{"times", []operation{touch("d/a")}, nil, nil},
	{"move file", []operation{move("f", "h")}, nil, nil},
	{"move file deeper", []operation{move("f", "d/e/f")}, nil, nil},
	{"move over a file", []operation{move("f", "g")}, nil, nil},
	{"move directory", []operation{move("empty", "full")}, nil, nil},
	{"move tree", []operation{move("d", "dd")}, nil, []*difference{wholeTrees}},
	{"move file in", []operation{moveIn("o", "d/o")}, nil, nil},
	{"move tree in", []operation{moveIn("od", "od")}, nil, []*difference{wholeTrees}},
	{"move file out", []operation{moveOut("f", "f")}, nil, nil},
	{"move tree out", []operation{moveOut("d", "d")}, nil, []*difference{wholeTrees}},
	{"symlink", []operation{symlink("s", "f")}, nil, nil},
	{"hard link", []operation{hardlink("l", "f")}, nil, nil},
	{"delete and create", []operation{remove("f"), write("f")}, []*difference{combined}, nil},
	{"odd names", []operation{write("a b"), write("-n"), write("$(id)"), write("q'\"q"), write("[x]*"), write("\xff\xfe"), write("n\nl"), write(`b\s`)}, []*difference{combined}, nil},
}

// layer2 runs each change with a delay and without, with and without onMove, and with two processes.
func layer2() []scenario {
	var list []scenario
	variant := func(c change, name, keys string, delay int) {
		list = append(list, scenario{
			name:    fmt.Sprintf("layer 2: %s, %s", c.name, name),
			config:  reporting + `sync { source = "$SOURCE", target = "$TARGET", delay = $DELAY, ` + keys + plain + ` exitcodes = { [0] = "ok" } }`,
			tree:    someTree,
			ops:     c.ops,
			delay:   delay,
			differs: c.differs,
		})
	}
	for _, c := range changes {
		variant(c, "delay 0", "", 0)
		variant(c, "delay 1", "", 1)
		variant(c, "onMove", `onMove = report "Move",`, 0)
		for _, only := range []string{"Modify", "Attrib", "Delete"} {
			list = append(list, scenario{
				name:    fmt.Sprintf("layer 2: %s, on%s alone", c.name, only),
				config:  reporting + fmt.Sprintf(`sync { source = "$SOURCE", delay = $DELAY, on%[1]s = report "%[1]s", exitcodes = { [0] = "ok" } }`, only),
				tree:    someTree,
				ops:     c.ops,
				delay:   1,
				differs: append(slices.Clone(c.differs), inNewDirectories),
			})
		}
	}
	return list
}
