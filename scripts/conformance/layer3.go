package main

import "fmt"

// variables of layer 3 that a plain event has.
var variables = []string{
	"source", "target", "path", "pathname", "pathdir", "sourcePath", "sourcePathname", "sourcePathdir",
	"targetPath", "targetPathname", "targetPathdir",
}

// layer3 runs each variable in a shell command and as an argument of a binary.
func layer3() []scenario {
	var list []scenario
	command := func(name, keys string, ops []operation, differs ...*difference) {
		list = append(list, scenario{
			name:    "layer 3: " + name,
			config:  `sync { source = "$SOURCE", target = "$TARGET", delay = $DELAY, ` + keys + ` }`,
			tree:    someTree,
			ops:     ops,
			differs: differs,
		})
	}
	for _, v := range variables {
		command("^"+v+" in a shell", fmt.Sprintf(`onModify = "record ^%s", onDelete = "record ^%s",`, v, v),
			[]operation{appendText("f"), appendText("d/e/b"), remove("empty")}, slashes)
		command("^"+v+" for a binary", fmt.Sprintf(`onModify = "$BIN/record ^%s", onDelete = "$BIN/record ^%s",`, v, v),
			[]operation{appendText("f"), appendText("d/e/b"), remove("empty")}, slashes)
	}
	for _, v := range variables {
		differs := []*difference{slashes}
		if v == "source" || v == "target" || v == "pathdir" {
			differs = append(differs, ends)
		}
		command("Move ^o."+v+" ^d."+v, fmt.Sprintf(`onMove = "record ^o.%s ^d.%s ^%s",`, v, v, v),
			[]operation{move("f", "d/h"), settle, move("d", "dd")}, differs...)
	}
	all := `record ^source ^target ^path ^sourcePath ^targetPathname`
	odd := []operation{write("a b"), settle, write("$(id)"), settle, write(`q'"q`), settle, write("-n"), settle, write("`x`;&|"), settle, write("\xff")}
	command("odd names in a shell", `onCreate = "record ^sourcePathname ^path",`, odd, slashes)
	command("odd names for a binary", `onCreate = "$BIN/record ^sourcePathname ^path",`, odd, slashes)
	command("several variables", `onModify = "`+all+`",`, []operation{appendText("d/e/b")}, slashes)
	command("the same variable twice", `onModify = "record ^path ^path x^path",`, []operation{appendText("d/a")})
	command("text beside variables", `onModify = "record a=^path b:^pathname c/^pathdir",`, []operation{appendText("d/a")})
	command("long string", "onModify = [[record ^path && record again ^path || record never]],", []operation{appendText("d/a")})
	command("pipe and loop", "onModify = [[for i in 1 2; do record $i ^path; done]],", []operation{appendText("d/a")})
	command("quotes of the shell", `onModify = [[record 'one word' "two words" ^path]],`, []operation{appendText("d/a")})
	command("words for a binary", `onModify = [[$BIN/record one  two   ^path]],`, []operation{appendText("d/a")})
	command("^ before /", `onModify = [[^$BIN/record ^path && record second ^path]],`, []operation{appendText("d/a")})
	command("onMove = true", `onMove = true, onCreate = "record Create ^path", onDelete = "record Delete ^path",`, []operation{move("f", "h")})
	command("real mirror", `
		onCreate = [[if [ -d ^sourcePathname ]; then mkdir -p ^targetPathname; else cp -p -- ^sourcePathname ^targetPathname; fi]],
		onModify = [[cp -p -- ^sourcePathname ^targetPathname]],
		onDelete = [[rm -rf -- ^targetPathname]],
		onMove   = [[mv -f -- ^o.targetPathname ^d.targetPathname]],
		onStartup = [[cp -pr ^source/. ^target]],`,
		[]operation{write("new"), mkdir("x"), settle, write("x/y"), settle, move("x/y", "x/z"), settle, move("x", "y"), settle, remove("d"), remove("f"), appendText("g")})
	command("onStartup in a shell", `onStartup = "record startup ^source ^target", onModify = "record ^path",`, []operation{appendText("f")})
	command("onStartup for a binary", `onStartup = "$BIN/record startup ^source ^target", onModify = "record ^path",`, nil)
	command("onStartup alone", `onStartup = "$BIN/record startup ^source ^target",`, nil)
	command("exit code of a shell", `onModify = "record ^path; exit 3", exitcodes = { [0] = "ok", [3] = "ok" },`, []operation{appendText("f")})
	return list
}
