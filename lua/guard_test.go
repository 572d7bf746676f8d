package lua_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"lsyncgo/engine/process"
)

// TestMaxDelete: the sync's own guard, else that of settings, and whether events are looked at.
func TestMaxDelete(t *testing.T) {
	stubs(t)
	const direct = "sync{ default.direct, source = source, target = target, "
	for _, c := range []struct {
		config, limit string
		live          bool
	}{
		{direct + "}", "", true},
		{direct + "guard = { maxDelete = '50%' } }", "50%", true},
		{direct + "guard = { maxDelete = ' 12.5 %' } }", "12.5%", true},
		{direct + "guard = { maxDelete = 0 } }", "0", true},
		{direct + "guard = { maxDelete = 1000 } }", "1000", true},
		{direct + "guard = false }", "", true},
		{"settings{ guard = { maxDelete = '10%' } } " + direct + "}", "10%", true},
		{direct + "} settings{ guard = { maxDelete = 7 } }", "7", true},
		{direct + "} settings{ guard = false }", "", true},
		{"settings{ guard = { maxDelete = '10%' } } " + direct + "guard = { maxDelete = 5 } }", "5", true},
		{"settings{ guard = { maxDelete = '10%' } } " + direct + "guard = false }", "", true},
		{"mine = { default.direct, guard = { maxDelete = 5 } } sync{ mine, source = source, target = target }", "5", true},
		{"mine = { default.direct, guard = { maxDelete = 5 } } sync{ mine, source = source, target = target, guard = false }", "", true},
		{direct + "delete = false, guard = { maxDelete = 5 } }", "5", false},
		{direct + "delete = 'startup', guard = { maxDelete = 5 } }", "5", false},
		{direct + "delete = 'running', guard = { maxDelete = 5 } }", "5", true},
		{"sync{ source = source, onCreate = 'true', guard = { maxDelete = 5 } }", "5", false},
		{"sync{ source = source, onDelete = 'true', guard = { maxDelete = 5 } }", "5", true},
		{"sync{ source = source, action = function() end, guard = { maxDelete = 5 } }", "5", true},
	} {
		st := newStage(t).config(c.config)
		if err := st.load(); err != nil {
			t.Errorf("%s: %v", c.config, err)
			continue
		}
		if cfg := st.rt.Scripts.Syncs()[0]; cfg.MaxDelete.String() != c.limit || cfg.DeletesLive != c.live {
			t.Errorf("%s: %q, live %t", c.config, cfg.MaxDelete, cfg.DeletesLive)
		}
	}
}

// TestGuardDigest: another limit is another definition, also if it is that of settings.
func TestGuardDigest(t *testing.T) {
	seen := map[string]string{}
	for _, settings := range []string{"", "settings{ guard = { maxDelete = 5 } }", "settings{ guard = { maxDelete = '5%' } }"} {
		st := newStage(t)
		st.source, st.target = "/s/", "/t/"
		st.config(settings + " sync{ source = '/', onDelete = 'true' }")
		if err := st.load(); err != nil {
			t.Fatal(err)
		}
		digest := st.rt.Scripts.Syncs()[0].Digest
		if other, ok := seen[digest]; ok {
			t.Errorf("%q and %q have the same digest", settings, other)
		}
		seen[digest] = settings
	}
}

// TestStartupLimit: the startups of the presets, and full syncs, are told how much they may delete.
func TestStartupLimit(t *testing.T) {
	stubs(t)
	for _, c := range []struct{ given, want string }{
		{"guard = { maxDelete = '50%' }", "--modify-window=-1 --max-delete=2 -lst --delete -r -- S T"},
		{"guard = { maxDelete = 0 }", "--modify-window=-1 --max-delete=0 -lst --delete -r -- S T"},
		{"guard = { maxDelete = '50%' }, rsync = { _extra = { '--max-delete=9' } }", "--modify-window=-1 --max-delete=2 -lst --max-delete=9 --delete -r -- S T"},
		{"guard = { maxDelete = '50%' }, delete = false", "--modify-window=-1 -lst -r -- S T"},
		{"guard = { maxDelete = '50%' }, delete = 'startup'", "--modify-window=-1 --max-delete=2 -lst --delete -r -- S T"},
		{"", "--modify-window=-1 -lst --delete -r -- S T"},
	} {
		st := newStage(t).config("sync{ default.rsync, source = source, target = target, " + c.given + " }")
		fileTree(st, st.source, 4)
		st.start().starts("rsync", c.want, "")
	}

	st := newStage(t).config(`sync{ default.rsync, name = 'x', source = source, target = target, guard = { maxDelete = '50%' } }`)
	fileTree(st, st.source, 4)
	st.start().command()
	st.exit(25)
	st.claim("Error", "x: on hold: the startup would delete more than 2 entries (limit 50% of 4); lsyncgo resume x CONFIG lets it go on, as does a start with -force")
	if _, err := st.core.Resume("x", ""); err != nil {
		t.Fatal(err)
	}
	st.advance(0)
	st.starts("rsync", "--modify-window=-1 -lst --delete -r -- S T", "")
}

// TestDirectStartupLimit: the mirror counts before it touches anything.
func TestDirectStartupLimit(t *testing.T) {
	for _, c := range []struct{ extra, code int }{{2, 0}, {3, 25}} {
		st := newStage(t).config(`sync{ default.direct, source = source, target = target, guard = { maxDelete = '50%' } }`)
		fileTree(st, st.source, 4)
		fileTree(st, st.target+"extra", c.extra)
		st.start()
		var out strings.Builder
		if code := st.work().(*process.Job).Run(t.Context(), &out); code != c.code {
			t.Errorf("%d extra: exit code %d, %s", c.extra, code, &out)
		}
		_, err := os.Lstat(st.target + "0")
		if copied := err == nil; copied != (c.code == 0) {
			t.Errorf("%d extra: copied %t", c.extra, copied)
		}
	}
}

// fileTree makes n files whose names begin with prefix.
func fileTree(st *stage, prefix string, n int) {
	for i := range n {
		if err := os.WriteFile(fmt.Sprint(prefix, i), nil, 0o644); err != nil {
			st.Fatal(err)
		}
	}
}
