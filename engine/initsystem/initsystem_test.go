package initsystem

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
)

func system(t *testing.T, name string) System {
	t.Helper()
	s, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestNameFor(t *testing.T) {
	for config, want := range map[string]string{
		"/etc/web.lua": "lsyncgo-web", "/etc/lsyncd/web.conf.lua": "lsyncgo-web", "/x/web.conf": "lsyncgo-web", "/x/a.b": "lsyncgo-a.b",
		"/x/two words.lua": "", "/x/ü.lua": "", "/x/a@b.lua": "", "/x/.lua": "", "/x/-x.lua": "", "/x/" + strings.Repeat("n", 200): "",
	} {
		got, err := NameFor(config)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("NameFor(%q) = %q, %v, want %q", config, got, err, want)
		}
		if err != nil && !strings.Contains(err.Error(), "-name") {
			t.Errorf("%v: no remedy", err)
		}
	}
}

func TestFind(t *testing.T) {
	if _, err := Find("upstart"); err == nil || !strings.Contains(err.Error(), "systemd and openrc") {
		t.Errorf("error %v, want one that names what is known", err)
	}
}

func TestInstall(t *testing.T) {
	service := Service{Name: "lsyncgo-web", Config: "/srv/web.lua", Program: "/usr/local/bin/lsyncgo"}
	for _, s := range Systems() {
		root := t.TempDir()
		path, err := s.Install(context.Background(), root, service)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		if want := s.Path(root, "lsyncgo-web"); path != want {
			t.Errorf("%s: wrote %s, want %s", s.Name, path, want)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != s.mode {
			t.Errorf("%s: mode %v, %v, want %v", s.Name, info.Mode(), err, s.mode)
		}
		text := read(t, path)
		for _, old := range []string{"/etc/lsyncd", "/usr/bin/lsyncgo"} {
			if strings.Contains(text, old) {
				t.Errorf("%s: the file still has %s:\n%s", s.Name, old, text)
			}
		}
		// Another version of the program has another text: it takes the place of the file that nobody changed.
		service2 := service
		service2.Program = "/opt/lsyncgo"
		if _, err := s.Install(context.Background(), root, service2); err != nil || !strings.Contains(read(t, path), "/opt/lsyncgo") {
			t.Errorf("%s: once more: %v", s.Name, err)
		}
		other := service
		other.Config = "/srv/other.lua"
		if _, err := s.Install(context.Background(), root, other); err == nil || !strings.Contains(err.Error(), "service of /srv/web.lua") {
			t.Errorf("%s: another config of that name: %v", s.Name, err)
		}
		if _, err := s.Uninstall(context.Background(), root, other); err == nil || !strings.Contains(err.Error(), "service of /srv/web.lua") {
			t.Errorf("%s: uninstall of another config of that name: %v", s.Name, err)
		}
		if _, err := s.Uninstall(context.Background(), root, service); err != nil {
			t.Errorf("%s: uninstall: %v", s.Name, err)
		}
		if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 0 {
			t.Errorf("%s: %v is left", s.Name, left)
		}
		if _, err := s.Uninstall(context.Background(), root, service); !errors.Is(err, ErrNotInstalled) {
			t.Errorf("%s: uninstall twice: %v", s.Name, err)
		}
	}
}

// TestChanged: whatever somebody has changed, were it one byte, is kept.
func TestChanged(t *testing.T) {
	service := Service{Name: "lsyncgo-web", Config: "/srv/web.lua", Program: "/usr/bin/lsyncgo"}
	changes := map[string]func(string) string{
		"a line more": func(s string) string { return s + "# mine\n" },
		"a line less": func(s string) string { return s[:strings.LastIndex(strings.TrimSpace(s), "\n")+1] },
		"one byte":    func(s string) string { return strings.Replace(s, "300", "301", 1) + " " },
		"the config":  func(s string) string { return strings.Replace(s, "for /srv/web.lua", "for /srv/wab.lua", 1) },
		"no mark":     func(s string) string { return strings.Replace(s, mark, "# ", 1) },
		"empty":       func(string) string { return "" },
	}
	for _, s := range Systems() {
		for name, change := range changes {
			root := t.TempDir()
			path, err := s.Install(context.Background(), root, service)
			if err != nil {
				t.Fatal(err)
			}
			changed := change(read(t, path))
			if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Install(context.Background(), root, service); !errors.Is(err, ErrChanged) {
				t.Errorf("%s, %s: install: %v", s.Name, name, err)
			}
			if _, err := s.Uninstall(context.Background(), root, service); !errors.Is(err, ErrChanged) {
				t.Errorf("%s, %s: uninstall: %v", s.Name, name, err)
			}
			if read(t, path) != changed {
				t.Errorf("%s, %s: the file was not kept", s.Name, name)
			}
		}
	}
}

// hostile are names of configs that shells, systemd or the mark might take for more than a name.
var hostile = []string{"/srv/two words.lua", `/srv/q"uo'te.lua`, "/srv/%i$HOME.lua", "/srv/$(touch x)`id`.lua", `/srv/back\slash.lua`,
	"/srv/-n.lua", "/srv/a" + hashed + "b.lua", "/srv/ü.lua", "/srv/*?[a].lua", "/srv/{a,b};c&.lua"}

func TestHostileConfigs(t *testing.T) {
	for _, config := range hostile {
		for _, s := range Systems() {
			root := t.TempDir()
			service := Service{Name: "n", Config: config, Program: "/usr/bin/lsyncgo"}
			path, err := s.Install(context.Background(), root, service)
			if err != nil {
				t.Fatalf("%s, %q: %v", s.Name, config, err)
			}
			if owner, err := s.installed(path); owner != config || err != nil {
				t.Errorf("%s, %q: is the service of %q, %v", s.Name, config, owner, err)
			}
			if s.Name == "openrc" {
				if got := assigned(t, read(t, path)); got != config {
					t.Errorf("the script has the config %q, want %q", got, config)
				}
			}
		}
	}
	unwritable := map[string]Service{
		"a newline":       {Name: "n", Config: "/srv/a\nb.lua", Program: "/p"},
		"no UTF-8":        {Name: "n", Config: "/srv/a\xff.lua", Program: "/p"},
		"relative":        {Name: "n", Config: "a.lua", Program: "/p"},
		"a name as path":  {Name: "../n", Config: "/a.lua", Program: "/p"},
		"a suffix":        {Name: "n.service", Config: "/a.lua", Program: "/p"},
		"a leading dash":  {Name: "-n", Config: "/a.lua", Program: "/p"},
		"an escaping end": {Name: "n", Config: `/a\`, Program: "/p"},
	}
	for what, service := range unwritable {
		for _, s := range Systems() {
			root := t.TempDir()
			if _, err := s.Install(context.Background(), root, service); err == nil {
				t.Errorf("%s: %s: no error", s.Name, what)
			}
			if left, _ := os.ReadDir(root); len(left) != 0 {
				t.Errorf("%s: %s: wrote %v", s.Name, what, left)
			}
		}
	}
	if _, err := system(t, "openrc").Install(context.Background(), t.TempDir(),
		Service{Name: "n", Config: "/a.lua", Program: "/opt/my programs/lsyncgo"}); !errors.Is(err, errProgram) {
		t.Errorf("OpenRC, a program with a space: %v", err)
	}
}

// assigned is what a shell makes of the assignment to config.
func assigned(t *testing.T, script string) string {
	t.Helper()
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(script), "")
	if err != nil {
		t.Fatal(err)
	}
	var value strings.Builder
	syntax.Walk(file, func(n syntax.Node) bool {
		if a, ok := n.(*syntax.Assign); ok && a.Name != nil && a.Name.Value == "config" {
			for _, part := range a.Value.Parts {
				switch part := part.(type) {
				case *syntax.SglQuoted:
					value.WriteString(part.Value)
				case *syntax.Lit:
					value.WriteString(strings.ReplaceAll(part.Value, `\`, ""))
				default:
					t.Errorf("the shell would evaluate %T", part)
				}
			}
		}
		return true
	})
	return value.String()
}

// TestWord follows systemd.service(5): one word, no variable, no specifier.
func TestWord(t *testing.T) {
	for in, want := range map[string]string{
		"/a/b.lua": "/a/b.lua", "/a b": `"/a b"`, `/a"b`: `"/a\"b"`, `/a\b`: `"/a\\b"`, "/%i": `"/%%i"`, "/$X": `"/$$X"`, "/a;": `"/a;"`,
	} {
		if got := word(in); got != want {
			t.Errorf("word(%q) = %s, want %s", in, got, want)
		}
	}
}
