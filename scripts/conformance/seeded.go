package main

import (
	"fmt"
	"math/rand/v2"
)

// seeded runs random operations: while a child is held, so that they all wait together, and one by one.
func seeded(random *rand.Rand) []scenario {
	var list []scenario
	config := reporting + `sync { source = "$SOURCE", delay = $DELAY, maxProcesses = 1, exitcodes = { [0] = "ok" }, ` + plain + ` }`
	for i := range 8 {
		ops := []operation{hold, chmod("held"), held}
		ops = append(ops, walk(random, 12)...)
		list = append(list, scenario{
			name: fmt.Sprint("seeded: waiting together ", i), config: config, tree: append([]operation{mkdir("held")}, someTree...),
			ops: append(ops, settle, release, settle), differs: []*difference{combined},
		})
	}
	for i := range 8 {
		var ops []operation
		for _, o := range walk(random, 6) {
			ops = append(ops, o, settle)
		}
		list = append(list, scenario{
			name: fmt.Sprint("seeded: one by one ", i), config: config, tree: someTree, ops: ops, differs: []*difference{combined},
		})
	}
	for i := range 6 {
		list = append(list, scenario{
			name:   fmt.Sprint("seeded: rsync for real ", i),
			config: `sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = $DELAY, rsync = { archive = true, binary = "$RSYNC" } }`,
			tree:   someTree, ops: walk(random, 20), delay: 1,
		})
		list = append(list, scenario{
			name:   fmt.Sprint("seeded: direct for real ", i),
			config: `sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = $DELAY }`,
			tree:   someTree, ops: walk(random, 20), delay: 1, differs: []*difference{directMoves},
		})
	}
	return list
}

// walk returns n random operations that are possible after one another on someTree, on files only.
func walk(random *rand.Rand, n int) []operation {
	present := []string{"f", "g", "d/a", "d/e/b"}
	absent := []string{"h", "d/h", "d/e/h", "empty/h", "empty/i", "i"}
	take := func(list *[]string) string {
		i := random.IntN(len(*list))
		path := (*list)[i]
		*list = append((*list)[:i:i], (*list)[i+1:]...)
		return path
	}
	var ops []operation
	for len(ops) < n {
		kind := random.IntN(5)
		switch {
		case kind == 0 && len(absent) > 0:
			path := take(&absent)
			ops, present = append(ops, write(path)), append(present, path)
		case kind == 1 && len(present) > 0:
			path := take(&present)
			ops, absent = append(ops, remove(path)), append(absent, path)
		case kind == 2 && len(present) > 0 && len(absent) > 0:
			from, to := take(&present), take(&absent)
			ops, present, absent = append(ops, move(from, to)), append(present, to), append(absent, from)
		case kind == 3 && len(present) > 0:
			ops = append(ops, appendText(present[random.IntN(len(present))]))
		case kind == 4 && len(present) > 0:
			ops = append(ops, chmod(present[random.IntN(len(present))]))
		}
	}
	return ops
}
