package lua53

import (
	"os"
	"path/filepath"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// defaultPath is where require looks unless LUA_PATH says otherwise. Pure Lua modules for any 5.x are worth a try.
func defaultPath() string {
	var templates []string // setBase puts the config's directory before them
	for _, version := range []string{"5.3", "5.2", "5.1"} {
		for _, root := range []string{"/usr/local/share/lua/", "/usr/share/lua/"} {
			templates = append(templates, root+version+"/?.lua", root+version+"/?/init.lua")
		}
	}
	path := strings.Join(templates, ";")
	for _, variable := range []string{"LUA_PATH_5_3", "LUA_PATH"} {
		if own := os.Getenv(variable); own != "" {
			return strings.ReplaceAll(own, ";;", ";"+path+";")
		}
	}
	return path
}

// openPackage adds what Lua 5.2 and 5.3 have in package to what gopher-lua has.
func openPackage(L *glua.LState) {
	pkg := L.G.Global.RawGetString("package").(*glua.LTable)
	loadedTable(L).RawSetString("package", pkg) // where gopher-lua does not put it
	searchers := L.NewTable()
	searchers.Append(L.NewFunction(searchPreload))
	searchers.Append(L.NewFunction(searchFile))
	searchers.Append(L.NewFunction(searchC))
	pkg.RawSetString("loaders", searchers)
	pkg.RawSetString("searchers", searchers)
	pkg.RawSetString("searchpath", L.NewFunction(packageSearchpath))
	pkg.RawSetString("path", glua.LString(defaultPath()))
	pkg.RawSetString("cpath", glua.LString(""))
	pkg.RawSetString("config", glua.LString(string(os.PathSeparator)+"\n;\n?\n!\n-\n"))
}

func packageTable(L *glua.LState) *glua.LTable {
	return loadedTable(L).RawGetString("package").(*glua.LTable)
}

func loadedTable(L *glua.LState) *glua.LTable {
	return L.G.Registry.RawGetString("_LOADED").(*glua.LTable)
}

// basePath is the part of package.path for the base directory. The template has no way to quote its special
// characters, so a directory with such is searched by searchFile alone.
func basePath(dir string) string {
	if dir == "" || strings.ContainsAny(dir, ";?") {
		return ""
	}
	return dir + "/?.lua;" + dir + "/?/init.lua;"
}

func (h *host) setBase(L *glua.LState, dir string) {
	pkg := packageTable(L)
	if path, ok := pkg.RawGetString("path").(glua.LString); ok {
		rest := strings.TrimPrefix(string(path), basePath(h.base))
		pkg.RawSetString("path", glua.LString(basePath(dir)+rest))
	}
	h.base = dir
}

func baseRequire(L *glua.LState) int {
	name := checkString(L, 1)
	loaded := loadedTable(L)
	if v := loaded.RawGetString(name); glua.LVAsBool(v) {
		return push(L, v)
	}
	loader, extra := findLoader(L, name)
	v := call(L, loader, glua.LString(name), extra)
	if v != glua.LNil {
		loaded.RawSetString(name, v)
	} else if loaded.RawGetString(name) == glua.LNil {
		loaded.RawSetString(name, glua.LTrue)
	}
	return push(L, loaded.RawGetString(name))
}

func findLoader(L *glua.LState, name string) (loader, extra glua.LValue) {
	searchers, ok := packageTable(L).RawGetString("searchers").(*glua.LTable)
	if !ok {
		L.RaiseError("'package.searchers' must be a table")
	}
	var tried strings.Builder
	for i := 1; ; i++ {
		searcher := searchers.RawGetInt(i)
		if searcher == glua.LNil {
			L.RaiseError("module '%s' not found:%s", name, tried.String())
		}
		push(L, searcher, glua.LString(name))
		LimiterOf(L).call(L, 1, 2)
		loader, extra = L.Get(-2), L.Get(-1)
		L.Pop(2)
		switch v := loader.(type) {
		case *glua.LFunction:
			return v, extra
		case glua.LString:
			tried.WriteString(string(v))
		}
	}
}

func searchPreload(L *glua.LState) int {
	name := checkString(L, 1)
	if preload, ok := packageTable(L).RawGetString("preload").(*glua.LTable); ok {
		if loader := preload.RawGetString(name); loader != glua.LNil {
			return push(L, loader)
		}
	}
	return push(L, glua.LString("\n\tno field package.preload['"+name+"']"))
}

func searchFile(L *glua.LState) int {
	name := checkString(L, 1)
	path, ok := packageTable(L).RawGetString("path").(glua.LString)
	if !ok {
		L.RaiseError("'package.path' must be a string")
	}
	file, tried := searchBase(hostOf(L).base, name)
	if file == "" {
		var more string
		file, more = hostOf(L).searchPath(name, string(path), ".", string(os.PathSeparator))
		tried += more
	}
	if file == "" {
		return push(L, glua.LString(tried))
	}
	fn, err := LoadFile(L, file)
	if err != nil {
		L.RaiseError("error loading module '%s' from file '%s':\n\t%s", name, file, err)
	}
	return push(L, fn, glua.LString(file))
}

// searchC stands where Lua looks for modules written in C, and says why it finds none.
func searchC(L *glua.LState) int {
	return push(L, glua.LString("\n\tmodules written in C cannot be loaded: find one in Lua, or spawn a program that does the work"))
}

func searchBase(base, name string) (file, tried string) {
	if base == "" || basePath(base) != "" {
		return "", "" // package.path has it
	}
	stem := filepath.Join(base, filepath.FromSlash(strings.ReplaceAll(name, ".", "/")))
	for _, file := range []string{stem + ".lua", filepath.Join(stem, "init.lua")} {
		if exists(file) {
			return file, ""
		}
		tried += "\n\tno file '" + file + "'"
	}
	return "", tried
}

// searchPath tries the templates of path with name in place of each ?, rep in name in place of sep.
// A relative one counts from the base directory: who starts the program somewhere does not trust what lies there.
func (h *host) searchPath(name, path, sep, rep string) (file, tried string) {
	if sep != "" {
		name = strings.ReplaceAll(name, sep, rep)
	}
	var b strings.Builder
	for template := range strings.SplitSeq(path, ";") {
		if template == "" {
			continue
		}
		file := h.resolve(strings.ReplaceAll(template, "?", name))
		if exists(file) {
			return file, ""
		}
		b.WriteString("\n\tno file '" + file + "'")
	}
	return "", b.String()
}

func packageSearchpath(L *glua.LState) int {
	file, tried := hostOf(L).searchPath(checkString(L, 1), checkString(L, 2), optString(L, 3, "."),
		optString(L, 4, string(os.PathSeparator)))
	if file == "" {
		return push(L, glua.LNil, glua.LString(tried))
	}
	return push(L, glua.LString(file))
}
