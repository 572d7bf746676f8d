package lua53

import (
	"strings"
	"testing"
)

const outlined = `#!/usr/bin/lsyncd
local opts = { archive = true,
	hard_links = true }
base = {
	{ delay = 1,
	inner = 2 },
	collect = function() end,
	delay = 5,
}
for i = 1, 2 do
	local x = pcall(function()
		return sync {
			base,
			source = "/a",
			rsync =
				opts,
			["exclude"] = { "a" },
			delete = false
		}
	end)
end
sync{ source = "/a" } sync{ target = "b",
	ssh = { port = 1,
		_extra = {} } }
settings("x")
me = { me }
sync(me)
sync(f{ delay = 1 })
sync()
`

func TestOutline(t *testing.T) {
	o := NewOutline([]byte(outlined))
	for _, c := range []struct {
		function string
		line     int
		path     string
		want     int
	}{
		{"sync", 12, "source", 14},
		{"sync", 12, "collect", 7},
		{"sync", 12, "delay", 8}, // before what base inherits
		{"sync", 12, "inner", 6},
		{"sync", 12, "rsync", 15},
		{"sync", 12, "rsync.hard_links", 3},
		{"sync", 12, "rsync.bwlimit", 15},
		{"sync", 12, "exclude", 17},
		{"sync", 12, "target", 0},
		{"sync", 11, "source", 0},
		{"settings", 12, "source", 0},
		{"sync", 22, "target", 22},
		{"sync", 22, "ssh._extra", 24},
		{"settings", 25, "x", 0},
		{"sync", 27, "x", 0},
		{"sync", 28, "delay", 0},
		{"sync", 29, "delay", 0},
	} {
		if got := o.Key(c.function, c.line, strings.Split(c.path, ".")...); got != c.want {
			t.Errorf("%s at line %d, %s: line %d, want %d", c.function, c.line, c.path, got, c.want)
		}
	}
}

func TestOutlineOfABrokenSource(t *testing.T) {
	for _, src := range []string{"", "sync{", "a = 1 // 2", "sync{ x = 1 } )"} {
		if n := NewOutline([]byte(src)).Key("sync", 1, "x"); n != 0 {
			t.Errorf("%q: line %d", src, n)
		}
	}
}
