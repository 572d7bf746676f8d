package event

import (
	"strings"
	"testing"
)

// Tasks §1 "Events": there are fifteen kinds, whose names are those of inotify(7); a directory does not change the name.
func TestRawKinds(t *testing.T) {
	const want = "IN_ACCESS IN_MODIFY IN_ATTRIB IN_CLOSE_WRITE IN_CLOSE_NOWRITE IN_OPEN IN_MOVED_FROM IN_MOVED_TO IN_CREATE IN_DELETE " +
		"IN_DELETE_SELF IN_MOVE_SELF IN_UNMOUNT IN_Q_OVERFLOW IN_IGNORED"
	if got := strings.Join(RawKinds(), " "); got != want {
		t.Errorf("got %s", got)
	}
	all := RawMask(0)
	for _, name := range RawKinds() {
		m, ok := RawKind(name)
		if !ok || m.String() != name || (m|InIsDir).String() != name || (m|InIsDir).Kind() != m {
			t.Errorf("%s is %x, which is %v", name, uint32(m), m)
		}
		all |= m
	}
	if all != AllRaw || len(RawKinds()) != 15 {
		t.Errorf("all are %x, want %x", uint32(all), uint32(AllRaw))
	}
	for _, name := range []string{"", "IN_MOVE", "in_create", "IN_ISDIR"} {
		if m, ok := RawKind(name); ok {
			t.Errorf("%q is %v", name, m)
		}
	}
	if got := InIsDir.String(); got != "" {
		t.Errorf("no kind is called %s", got)
	}
}

func TestRawPathname(t *testing.T) {
	for _, c := range []struct {
		raw  Raw
		want string
	}{
		{Raw{Path: "/src", Name: "a"}, "/src/a"},
		{Raw{Path: "/src"}, "/src"},
		{Raw{Path: "/", Name: "a"}, "/a"},
		{Raw{}, ""},
	} {
		if got := c.raw.Pathname(); got != c.want {
			t.Errorf("%+v: %q", c.raw, got)
		}
	}
}
