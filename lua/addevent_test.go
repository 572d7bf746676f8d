package lua_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
)

// TestAddEvent, tasks §2 "inlet.addEvent": a script is an event source for a sync, from a timer, another sync or anything else of the config.
// What it says is as what a monitor says: combined, delayed, filtered, in order.
func TestAddEvent(t *testing.T) {
	st := start(t, `
local function told(e, e2) log('Told', e.etype, ' ', e.path, e2 and ' ' .. e2.path or '') end
local inlet = sync{ name = "fed", source = source, delay = 2, exclude = "*.tmp",
	onAttrib = told, onModify = told, onCreate = told, onDelete = told, onMove = told }
sync{ source = source, delay = 0, onCreate = function(e)
	if e.path == 'die' then inlet.addEvent('Create', '/by/other') end
end }
alarm(now() + 1, function()
	inlet.addEvent('Create', 'a')
	inlet:addEvent('Modify', 'a') -- the Create says it, too
	inlet.addEvent('Create', 'x.tmp')
	inlet.addEvent('Move', 'b', 'c\n"\255')
	inlet.addEvent('Delete', '/d/')
	inlet.addEvent('Attrib', '')
	inlet.addEvent('Move', 'e.tmp', 'e')
end)`)
	st.eventFor(1, event.Create, "die")
	st.advance(time.Second)
	st.eventFor(0, event.Create, "own")
	if st.advance(time.Second); !slices.Equal(st.logged("Told"), []string{"Create by/other"}) {
		t.Errorf("before the delay: %q", st.logged("Told"))
	}
	st.advance(time.Second)
	want := []string{"Create by/other", "Create a", "Move b c\n\"\xff", "Delete d/", "Attrib ", "Create e", "Create own"}
	if got := st.told(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// TestAddEventFaults: what is no event is an error that says why, and nothing is queued.
func TestAddEventFaults(t *testing.T) {
	var calls []string
	wants := [][2]string{
		{``, "takes Attrib, Modify, Create, Delete or Move as its first argument, not nil"},
		{`'Init', 'a'`, "not \"Init\""}, {`'Exist', 'a'`, "not \"Exist\""}, {`7, 'a'`, "not 7"}, {`'create', 'a'`, "not \"create\""},
		{`'Create'`, "takes the path"}, {`'Create', 5`, "takes the path"}, {`'Create', 'a', 'b'`, "for a Move the new path"}, {`'Move', 'a'`, "for a Move the new path"},
		{`'Create', 'a\0b'`, "zero byte"}, {`'Move', 'a', 'a\0b'`, "zero byte"},
		{`'Create', '../a'`, `the path "../a" has an empty part, "." or ".."`}, {`'Delete', 'a/./b'`, "relative to the source"}, {`'Delete', '//'`, "an empty part"},
		{`'Move', 'a', 'b/..'`, `the new path "b/.."`}, {`'Attrib', 'a//'`, "an empty part"}, {`'Attrib', '.'`, "an empty part"},
		{`'Delete', ''`, "for Attrib only"}, {`'Create', '/'`, "for Attrib only"}, {`'Move', 'a', ''`, "both paths"}, {`'Move', 'a/', 'b'`, "both paths"},
	}
	for _, w := range wants {
		calls = append(calls, fmt.Sprintf("log('Told', select(2, pcall(inlet.addEvent, %s)))", w[0]))
	}
	calls[0] = "log('Told', select(2, pcall(inlet.addEvent)))"
	st := start(t, `local inlet = sync{ source = source, onCreate = function() log('Told', 'called') end }
alarm(now() + 1, function() `+strings.Join(calls, "\n")+` end)`)
	st.advance(30 * time.Second)
	got := st.told()
	if len(got) != len(wants) {
		t.Fatalf("told %q", got)
	}
	for i, w := range wants {
		if !strings.Contains(got[i], w[1]) {
			t.Errorf("addEvent(%s): %s, want %s", w[0], got[i], w[1])
		}
	}
	if n := st.core.Pending(); n != 0 {
		t.Errorf("%d events are queued", n)
	}
	if got := problems(t, newStage(t).config(`sync{ source = source, onCreate = "x" }.addEvent('Create', 'a')`)); !strings.Contains(got, "config.lua:1: addEvent can only be called when the sync runs") {
		t.Error(got)
	}
}

// TestAddEventToTheDead: a sync that has died keeps nothing for ever.
func TestAddEventToTheDead(t *testing.T) {
	st := start(t, `settings{ onDie = "stop-sync" }
local inlet = sync{ source = source, delay = 0, onCreate = "fail ^path" }
alarm(now() + 5, function() inlet.addEvent('Create', 'late') log('Told', 'added') end)`)
	st.event(event.Create, "a")
	st.command()
	st.exit(1)
	st.advance(5 * time.Second)
	if n, got := st.core.Pending(), st.told(); n != 0 || len(got) != 1 {
		t.Errorf("%d events are queued; told %q", n, got)
	}
}
