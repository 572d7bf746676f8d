package loop

import (
	"strings"
	"testing"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// TestCounted: events of every kind can be told of.
func TestCounted(t *testing.T) {
	var list core.Events
	for k := event.Attrib; k < event.Kinds; k++ {
		list = append(list, event.Event{Kind: k})
	}
	text := counted(list)
	for _, e := range list {
		if !strings.Contains(text, "1 "+e.Kind.String()) {
			t.Errorf("%v is missing in %q", e.Kind, text)
		}
	}
}
