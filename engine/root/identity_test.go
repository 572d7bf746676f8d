package root_test

import (
	"encoding/json"
	"testing"

	"lsyncgo/engine/root"
)

var ext4 = root.Identity{Device: 0x10301, Inode: 77, Generation: "\x00\x00\x00\x01\x4d\x00\xff", Birth: root.Time{Sec: 5, Nsec: 12}, FileSystem: 9, Mount: 3}

// §9: what two looks at a path tell.
func TestCompare(t *testing.T) {
	change := func(f func(*root.Identity)) root.Identity {
		id := ext4
		f(&id)
		return id
	}
	old := change(func(id *root.Identity) { id.Birth = root.Time{} })
	bare := root.Identity{Device: 1, Inode: 2, FileSystem: 3}
	sshfs := root.Identity{Device: 50, Inode: 1, Fleeting: true}
	for _, c := range []struct {
		name      string
		a, b      root.Identity
		want      root.Verdict
		still     bool
		remounted bool
	}{
		{name: "itself", a: ext4, b: ext4, still: true},
		{name: "another device and mount", a: ext4, b: change(func(id *root.Identity) { id.Device, id.Mount = 5, 6 }), remounted: true},
		{name: "another inode", a: ext4, b: change(func(id *root.Identity) { id.Inode++ }), want: root.Different},
		{name: "another generation", a: ext4, b: change(func(id *root.Identity) { id.Generation = "\x00\x00\x00\x01\x4e\x00\xff" }), want: root.Different},
		{name: "born later", a: ext4, b: change(func(id *root.Identity) { id.Birth.Nsec++ }), want: root.Different},
		{name: "another file system", a: ext4, b: change(func(id *root.Identity) { id.FileSystem++ }), want: root.Different},
		{name: "no birth on one side", a: ext4, b: old, still: true},
		{name: "no birth on both", a: old, b: old, still: true},
		{name: "no birth on both, another generation", a: old, b: change(func(id *root.Identity) { id.Generation = "x" }), want: root.Different},
		{name: "neither", a: bare, b: bare, want: root.Unproven, still: true},
		{name: "neither, another inode", a: bare, b: root.Identity{Device: 1, Inode: 4, FileSystem: 3}, want: root.Different},
		{name: "generation here, birth there", a: old, b: change(func(id *root.Identity) { id.Generation = "" }), want: root.Unproven, still: true},
		{name: "no lasting numbers", a: sshfs, b: sshfs, want: root.Unproven, still: true},
		{name: "no lasting numbers, another one", a: sshfs, b: root.Identity{Device: 50, Inode: 2, Fleeting: true}, want: root.Unproven},
		{name: "a disk, then none that lasts", a: bare, b: sshfs, want: root.Unproven, remounted: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, p := range [][2]root.Identity{{c.a, c.b}, {c.b, c.a}} {
				if got := p[0].Compare(p[1]); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				if got := p[0].Still(p[1]); got != c.still {
					t.Errorf("still: %v", got)
				}
				if got := p[0].Remounted(p[1]); got != c.remounted {
					t.Errorf("remounted: %v", got)
				}
			}
		})
	}
}

func TestText(t *testing.T) {
	for _, id := range []root.Identity{{}, ext4, {Inode: 1, Fleeting: true}, {Birth: root.Time{Sec: -3, Nsec: 999999999}}} {
		got, err := root.Parse(id.String())
		if err != nil || got != id {
			t.Errorf("%q: %+v, %v", id, got, err)
		}
		text, err := json.Marshal(map[string]root.Identity{"id": id})
		var back map[string]root.Identity
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || back["id"] != id {
			t.Errorf("%s: %+v, %v", text, back, err)
		}
	}
	if id, err := root.Parse("ino=4d of=later"); err != nil || id.Inode != 77 {
		t.Errorf("a field of later: %+v, %v", id, err)
	}
	for _, bad := range []string{"ino", "ino=x", "gen=4", "born=1", "born=.", "fs=-1", "fleeting=7"} {
		if id, err := root.Parse(bad); err == nil {
			t.Errorf("%q was read: %+v", bad, id)
		}
	}
}
