package backend

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

// Tasks §2 "Monitors": a watch on a network file system hears of what other hosts do, as far as a listing can tell; excluded and unwatched
// directories stay so.
func TestRawOfOtherHosts(t *testing.T) {
	for name, c := range map[string]struct {
		raw  event.RawRoot
		want string
	}{
		"rec and auto_add": {event.RawRoot{Subdirs: true, Follow: true, Kinds: Listed},
			"ATTRIB:f CREATE:d/n CREATE:g CREATE:new CREATE:new/in CREATE:new/in/f DELETE:gone MODIFY:d/f"},
		"rec":      {event.RawRoot{Subdirs: true, Kinds: Listed}, "ATTRIB:f CREATE:d/n CREATE:g CREATE:new DELETE:gone MODIFY:d/f"},
		"auto_add": {event.RawRoot{Follow: true, Kinds: Listed}, "ATTRIB:f CREATE:g CREATE:new CREATE:new/in CREATE:new/in/f DELETE:gone"},
		"neither":  {event.RawRoot{Kinds: Listed}, "ATTRIB:f CREATE:g CREATE:new DELETE:gone"},
		"one kind": {event.RawRoot{Subdirs: true, Follow: true, Kinds: event.InDelete | event.InCloseWrite}, "DELETE:gone"},
		"excluded": {event.RawRoot{Subdirs: true, Follow: true, Kinds: Listed, Excluded: func(p string) bool { return strings.HasSuffix(p, "/new") }},
			"ATTRIB:f CREATE:d/n CREATE:g DELETE:gone MODIFY:d/f"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := openDeaf(t)
			defer p.Close()
			dir := t.TempDir()
			do := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			write := func(name, text string) { t.Helper(); do(os.WriteFile(dir+"/"+name, []byte(text), 0o644)) }
			do(os.Mkdir(dir+"/d", 0o755))
			for _, name := range []string{"f", "gone", "d/f"} {
				write(name, "")
			}
			raw := c.raw
			do(p.Watch(t.Context(), monitor.Root{ID: 1, Path: dir + "/", Name: "/given", Raw: &raw}))
			do(os.Chmod(dir+"/f", 0o600))
			do(os.Remove(dir + "/gone"))
			write("d/f", "text")
			write("d/n", "")
			do(os.MkdirAll(dir+"/new/in", 0o755))
			write("new/in/f", "")
			write("g", "")
			told := map[string]bool{}
			timeout := time.After(20 * time.Second)
			for want := strings.Fields(c.want); len(want) > 0; {
				select {
				case batch := <-p.Events():
					for _, e := range batch {
						rel, ok := strings.CutPrefix(e.Raw.Pathname(), "/given/")
						if !ok || e.Raw.IsDir != (e.Raw.Mask&event.InIsDir != 0) {
							t.Errorf("%+v", e.Raw)
						}
						told[strings.TrimPrefix(e.Raw.Mask.String(), "IN_")+":"+rel] = true
					}
				case <-timeout:
					t.Fatalf("told %v, want %s", told, c.want)
				}
				for len(want) > 0 && told[want[0]] {
					delete(told, want[0])
					want = want[1:]
				}
			}
			for line := range told {
				if !strings.HasPrefix(line, "MODIFY:") && !strings.HasPrefix(line, "ATTRIB:") || name == "one kind" { // a listing may see a file half made
					t.Errorf("told besides: %s", line)
				}
			}
		})
	}
}

// Tasks §2: what this host does is told once, although a listing finds it as well; what another host does to the same file is told.
func TestRawOwnChangesOnce(t *testing.T) {
	dir := t.TempDir()
	r := newRawPair(monitor.Root{Path: dir + "/", Raw: &event.RawRoot{Subdirs: true, Follow: true, Kinds: Listed}})
	near := func(mask event.RawMask, name string) string {
		told, ok := r.take(event.Event{Kind: event.Untouched, Time: time.Now(), Raw: &event.Raw{Mask: mask, Path: dir, Name: name, IsDir: mask&event.InIsDir != 0}}, true)
		return fmt.Sprint(ok, " ", told.Raw.Mask)
	}
	var scan time.Time
	far := func(kind event.Kind, path string) string {
		told, ok := r.take(event.Event{Kind: kind, Path: path, Time: scan}, false)
		if !ok {
			return "nothing"
		}
		return told.Raw.Mask.String() + " " + strings.TrimPrefix(told.Raw.Pathname(), dir+"/")
	}
	write := func(name, text string) {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	write("f", "1")
	expect(near(event.InCreate, "f"), "true IN_CREATE")
	expect(near(event.InCloseWrite, "f"), "false IN_CLOSE_WRITE") // not asked for
	expect(far(event.Create, "f"), "nothing")
	write("f", "other")
	expect(far(event.Modify, "f"), "IN_MODIFY f")
	expect(far(event.Modify, "f"), "nothing")
	write("g", "1")
	expect(near(event.InCreate, "g"), "true IN_CREATE")
	write("g", "other") // before it was listed for the first time
	expect(far(event.Create, "g"), "IN_MODIFY g")
	if err := os.Rename(dir+"/g", dir+"/h"); err != nil {
		t.Fatal(err)
	}
	near(event.InMovedFrom, "g")
	near(event.InMovedTo, "h")
	expect(far(event.Delete, "g"), "nothing")
	expect(far(event.Create, "h"), "nothing")
	if err := os.Remove(dir + "/h"); err != nil {
		t.Fatal(err)
	}
	expect(far(event.Delete, "h"), "IN_DELETE h")

	if err := os.MkdirAll(dir+"/d/e", 0o755); err != nil {
		t.Fatal(err)
	}
	expect(near(event.InCreate|event.InIsDir, "d"), "true IN_CREATE")
	expect(far(event.Create, "d/"), "nothing")
	expect(far(event.Create, "d/e/"), "IN_CREATE d/e")
	if err := os.Rename(dir+"/d", dir+"/m"); err != nil {
		t.Fatal(err)
	}
	near(event.InMovedFrom|event.InIsDir, "d")
	near(event.InMovedTo|event.InIsDir, "m")
	expect(far(event.Create, "m/"), "nothing")
	expect(far(event.Create, "m/e/"), "nothing") // it has come with m
	scan = time.Now()
	write("m/new", "")
	expect(far(event.Create, "m/new"), "IN_CREATE m/new")
}

// Tasks §2: a watch{} on a network file system is given to the pair, unless it names inotify.
func TestRawChoice(t *testing.T) {
	old := fileSystem
	defer func() { fileSystem = old }()
	fileSystem = func(string) uint32 { return 0x6969 } // NFS
	for name, want := range map[string]string{"": Paired, "auto": Paired, "inotify": near} {
		if c, err := choose(name, "/", true); err != nil || c.Backend != want {
			t.Errorf("%q: %+v, %v", name, c, err)
		}
	}
	fileSystem = func(string) uint32 { return 0xef53 } // ext4
	if c, err := choose("", "/", true); err != nil || c.Backend != near {
		t.Errorf("%+v, %v", c, err)
	}
}
