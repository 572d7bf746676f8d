package status

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What a client of version 1 sends, and one of a version to come, and what they are told. §10.
func TestOtherVersions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.sock")
	var asked []Verb
	s, err := Serve(path, func(_ context.Context, c Call) (Reply, error) {
		asked = append(asked, c.Verb)
		shot := sample()
		return Reply{Snapshot: &shot}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ request, want string }{
		{`{}`, `"snapshot":`},
		{`{"resume":"web"}`, "is older than the running daemon"},
		{`{"debug":"monitor on"}`, "is older than the running daemon"},
		{`{"version":2,"verb":"status"}`, `"snapshot":`},
		{`{"version":9,"verb":"status"}`, `"snapshot":`},
		{`{"version":9,"verb":"teleport"}`, `the running daemon is older than this lsyncgo command and does not understand \"teleport\"`},
	} {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, c.request+"\n")
		got, err := io.ReadAll(conn)
		if err != nil || !strings.Contains(string(got), c.want) || !strings.Contains(string(got), `"version":2`) {
			t.Errorf("%s: %v, %.200s", c.request, err, got)
		}
		_ = conn.Close()
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if len(asked) != 3 {
		t.Errorf("carried out: %v", asked)
	}
}

// A daemon of version 1 takes every request for status: what it did not do is not taken for done. §10.
func TestOlderDaemon(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			var r map[string]any
			_ = json.NewDecoder(conn).Decode(&r)
			_, _ = io.WriteString(conn, `{"snapshot":{"syncs":[]}}`+"\n")
			_ = conn.Close()
		}
	}()
	defer func() { _ = l.Close(); <-done }()
	if _, err := Ask(t.Context(), path); err != nil {
		t.Error(err)
	}
	_, err = Do(t.Context(), path, NewRequest(VerbPause, "web"))
	if refusal := (*Refusal)(nil); !errors.As(err, &refusal) || !strings.Contains(err.Error(), `older than this lsyncgo command and does not know "pause"`) {
		t.Errorf("pause: %v", err)
	}
}

// Arguments are bytes, the user is told by the kernel, and a refusal has an exit status.
func TestRequestAndRefusal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.sock")
	s, err := Serve(path, func(_ context.Context, c Call) (Reply, error) {
		if c.Verb == VerbTrace {
			return Reply{}, &Refusal{"no\nsuch \x1b", 7}
		}
		return Reply{Text: c.User + " " + c.Arg(0) + c.Arg(5)}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, err := Do(t.Context(), path, NewRequest(VerbResync, "a"))
	if err != nil || r.Text != "root a" && !strings.HasSuffix(r.Text, " a") {
		t.Errorf("%q, %v", r.Text, err)
	}
	_, err = Do(t.Context(), path, NewRequest(VerbTrace, "x"))
	if refusal := (*Refusal)(nil); !errors.As(err, &refusal) || refusal.Code != 7 || strings.ContainsAny(err.Error(), "\n\x1b") {
		t.Errorf("%v", err)
	}
	raw := "\xff\x00 \n"
	got := make(chan string, 1)
	other := filepath.Join(t.TempDir(), "pid.sock")
	o, err := Serve(other, func(_ context.Context, c Call) (Reply, error) { got <- c.Arg(0); return Reply{}, nil })
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if _, err := Do(t.Context(), other, NewRequest(VerbResync, raw)); err != nil || <-got != raw {
		t.Errorf("bytes did not arrive: %v", err)
	}
}

// Long requests neither take the places of short ones nor outlive their clients, and there are not too many.
func TestFollowers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.sock")
	gone := make(chan struct{}, maxFollowers)
	s, err := Serve(path, func(ctx context.Context, c Call) (Reply, error) {
		if c.Verb == VerbStatus {
			shot := sample()
			return Reply{Snapshot: &shot}, nil
		}
		if err := c.Send(Reply{Text: "one"}); err != nil {
			return Reply{}, err
		}
		<-ctx.Done()
		gone <- struct{}{}
		return Reply{Text: "two"}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	began, ended := make(chan struct{}), make(chan error)
	for range maxFollowers {
		go func() {
			ended <- Follow(ctx, path, NewRequest(VerbWait), func(Reply) error { began <- struct{}{}; return nil })
		}()
	}
	for range maxFollowers {
		<-began
	}
	if _, err := Ask(ctx, path); err != nil {
		t.Errorf("beside followers: %v", err)
	}
	if _, err := Do(ctx, path, NewRequest(VerbWait)); err == nil || !strings.Contains(err.Error(), "no more are taken") {
		t.Errorf("one too many: %v", err)
	}
	cancel()
	for range maxFollowers {
		if err := <-ended; err == nil {
			t.Error("a wait that was given up ended well")
		}
		<-gone
	}
	if _, err := Ask(t.Context(), path); err != nil {
		t.Error(err)
	}
}
