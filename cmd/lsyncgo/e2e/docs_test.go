package e2e

import (
	"os"
	"strings"
	"testing"
)

// snippets are the Lua configs of a document.
func snippets(t *testing.T, file string) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../../../docs/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(text), "```lua\n")[1:] {
		snippet, _, closed := strings.Cut(part, "```")
		if !closed {
			t.Fatalf("%s: a snippet does not end", file)
		}
		all = append(all, snippet)
	}
	if len(all) == 0 {
		t.Fatalf("%s: no snippet", file)
	}
	return all
}

// TestSnippets: every config in the documents about tasks and monitors passes check, with programs and directories that are there.
func TestSnippets(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"tasks.md", "monitors.md", "from-pyinotifyd.md"} {
		for _, snippet := range snippets(t, file) {
			p := newPlace(t)
			text := strings.NewReplacer("/srv/in", p.source, "/srv/out", p.target, `"/src"`, `"`+p.source+`"`, "/etc/app.d", p.source,
				"/usr/local/sbin/task.sh", "true").Replace(snippet)
			if check := start(t, "check", p.config(text)); check.wait() != 0 {
				t.Errorf("%s: %s\n%s", file, check.out, text)
			}
		}
	}
}

// TestFromPyinotifyd: the translated config does what the original did. Tasks §1 Schedulers.
func TestFromPyinotifyd(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	all := snippets(t, "from-pyinotifyd.md")
	text := strings.NewReplacer("/srv/in", p.source, "/srv/out", p.target, "delay = 30", "delay = 1", "logger -t files", p.recorder(), `user = "nobody"`, `user = "0"`).
		Replace(all[len(all)-1])
	d := start(t, "-nodaemon", p.config(text))
	d.logs("--- Ready ---")
	p.write("source/dir/a b.to_move", "1")
	p.write("source/gone.to_move", "1")
	p.write("source/c.to_delete", "1")
	p.remove("source/gone.to_move")
	eventually(t, "the moved and the deleted file", func() bool { return p.content("target/dir/a b") == "1" && !p.exists("source/c.to_delete") })
	p.recorded("IN_CLOSE_WRITE", p.source+"/dir/a b.to_move")
	if p.exists("target/gone") {
		t.Error("what was removed before its delay was over was moved")
	}
	d.stop()
}
