package main

import "fmt"

// gauge makes Lsyncd 2.2.3 take excludes in a sync without a preset.
const gauge = `checkgauge = { default.checkgauge, exclude = true, excludeFrom = true, filter = true, filterFrom = true },`

// excludes runs patterns with events that they match and events that they do not.
func excludes() []scenario {
	var list []scenario
	ops := []operation{
		write("a.tmp"), write("a.txt"), write("d/b.tmp"), mkdir("tmp"), write("d/tmp"), mkdir("d/cache"), write("d/e/x.txt"), settle,
		write("tmp/in"), write("d/cache/in"), settle, remove("a.tmp"), remove("d/b.tmp"), chmod("d/e"),
	}
	add := func(name, keys string, before ...operation) {
		list = append(list, scenario{
			name:    "excludes: " + name,
			config:  reporting + `sync { source = "$SOURCE", delay = $DELAY, ` + plain + gauge + keys + ` exitcodes = { [0] = "ok" } }`,
			tree:    append(before, someTree...),
			ops:     ops,
			differs: []*difference{combined},
		})
	}
	for _, pattern := range []string{
		"*.tmp", "/a.tmp", "tmp", "/tmp", "tmp/", "/tmp/", "d/", "d/e", "d/*", "/d/*.tmp", "**/in", "d/**", "?.tmp", "a.*", "cache/", "*", "/d/e/",
		"b.tmp", "e/x.txt", "/*/b.tmp", "t?p", "*t*",
	} {
		add(pattern, fmt.Sprintf("exclude = %q,", pattern))
	}
	add("a list", `exclude = { "*.tmp", "/tmp/" },`)
	add("excludeFrom", `excludeFrom = "$SOURCE/d/e/b",`)
	list[len(list)-1].tree = append(list[len(list)-1].tree, operation{"writetext", []string{"d/e/b", "# a comment\n\n*.tmp\n- tmp\n"}})
	add("filter", `filter = { "+ *.tmp", "- d/**" },`)
	list[len(list)-1].differs = []*difference{combined, filterOrder}
	add("filter include first", `filter = { "+ a.tmp", "- *.tmp" },`)
	add("filter and exclude", `filter = { "+ a.tmp" }, exclude = "*.tmp",`)
	for _, pattern := range []string{"d/cache/*", "tmp/**", "/tmp/*"} {
		add(pattern, fmt.Sprintf("exclude = %q,", pattern))
		list[len(list)-1].differs = []*difference{combined, belowOnly}
	}
	for _, pattern := range []string{"[ab].tmp", `\a.tmp`, "[^a-z].tmp"} {
		add(pattern, fmt.Sprintf("exclude = %q,", pattern))
		list[len(list)-1].differs = []*difference{combined, classes}
	}
	moves := func(name, keys string) {
		list = append(list, scenario{
			name:   "excludes: " + name,
			config: reporting + `sync { source = "$SOURCE", delay = $DELAY, ` + plain + gauge + keys + ` exitcodes = { [0] = "ok" } }`,
			tree:   someTree,
			ops:    []operation{move("f", "f.tmp"), settle, move("f.tmp", "f2"), settle, move("g", "d/e/g.tmp"), settle, move("d", "x.tmp"), settle, move("x.tmp", "d2")},
		})
	}
	moves("moves across a pattern", `exclude = "*.tmp",`)
	moves("moves across a pattern, onMove", `exclude = "*.tmp", onMove = report "Move",`)
	return list
}
