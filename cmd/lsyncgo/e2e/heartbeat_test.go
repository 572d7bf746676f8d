package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A monitoring service is told that all is well, then within two intervals that a target is dead, and why; then, that it is back.
// A daemon that is killed tells nothing.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	told := make(chan string, 1000)
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		told <- r.Method + " " + r.URL.Path + " " + string(body)
	}))
	defer service.Close()
	next := func(what, prefix, within string) {
		t.Helper()
		for limit := time.After(patience); ; {
			select {
			case text := <-told:
				if strings.HasPrefix(text, prefix) && strings.Contains(text, within) {
					return
				}
			case <-limit:
				t.Fatalf("waited in vain to hear %s", what)
			}
		}
	}
	p := newPlace(t)
	p.mkdir("source")
	d := start(t, "-nodaemon", "-logfile", p.path("log"), p.config(`
		settings { heartbeat = { url = "`+service.URL+`/uuid", every = 1 } }
		sync { source = "$SOURCE", delay = 0, onCreate = function(event) spawn(event, "sh", "-c", "test -e $DIR/alive") end,
			collect = function(event, exitcode) return exitcode == 0 and "ok" or "again" end }`))
	next("that all is well", "GET /uuid ", "")
	p.write("source/a", "1")
	next("of a dead target", "POST /uuid/fail ", "1 retrying")
	p.write("alive", "")
	next("that all is well again", "GET /uuid ", "")
	d.signal(syscall.SIGTERM)
	d.wait()
	for len(told) > 0 {
		if text := <-told; strings.Contains(text, "/fail") && strings.Contains(text, "stopped") {
			t.Errorf("at an end that was asked for: %s", text)
		}
	}
}
