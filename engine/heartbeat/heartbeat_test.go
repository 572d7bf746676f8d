package heartbeat

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func parsed(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// service is a monitoring service that passes on what it is told, and answers with the status it is given.
func service(t *testing.T, status func() int) (*httptest.Server, <-chan string) {
	t.Helper()
	told := make(chan string, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(status())
		told <- r.Method + " " + r.URL.String() + " " + string(body)
	}))
	t.Cleanup(s.Close)
	return s, told
}

func next[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(time.Minute):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

func start(t *testing.T, o Options) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Run(ctx, o)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
}

func TestRun(t *testing.T) {
	s, told := service(t, func() int { return http.StatusOK })
	health := make(chan string, 10)
	for _, reason := range []string{"", "", "1 held", ""} {
		health <- reason
	}
	close(health) // all is well
	start(t, Options{URL: parsed(t, s.URL+"/ping/uuid?rid=1"), Every: 5 * time.Millisecond, patience: time.Minute,
		Failed: func(err error) { t.Error(err) }, Reached: func() { t.Error("reached again") },
		Health: func(ctx context.Context) string {
			if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > time.Minute/2 {
				t.Errorf("it may take until %v", deadline) // then nobody could be told any more
			}
			return <-health
		}})
	for _, want := range []string{"GET /ping/uuid?rid=1 ", "GET /ping/uuid?rid=1 ", "POST /ping/uuid/fail?rid=1 1 held", "GET /ping/uuid?rid=1 "} {
		if got := next(t, want, told); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

// What cannot be told is said once, without what nobody may know, and so is that it can be told again.
func TestUnreachable(t *testing.T) {
	statuses := make(chan int, 4)
	for _, status := range []int{500, 404, 200, 200} {
		statuses <- status
	}
	s, _ := service(t, func() int {
		select {
		case status := <-statuses:
			return status
		default:
			return http.StatusOK
		}
	})
	failed, reached := make(chan error, 10), make(chan bool, 10)
	start(t, Options{URL: parsed(t, s.URL+"/secret"), Every: 5 * time.Millisecond, patience: time.Minute, Health: func(context.Context) string { return "" },
		Failed: func(err error) { failed <- err }, Reached: func() { reached <- true }})
	if err := next(t, "the failure", failed); !strings.Contains(err.Error(), "it answers 500") {
		t.Error(err)
	}
	next(t, "the recovery", reached)
	if len(failed) > 0 {
		t.Errorf("said again: %v", <-failed)
	}
}

func TestNobodyThere(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	u := parsed(t, s.URL+"/secret")
	s.Close()
	failed := make(chan error, 1)
	start(t, Options{URL: u, Every: time.Hour, Health: func(context.Context) string { return "" }, Failed: func(err error) { failed <- err }})
	err := next(t, "the failure", failed)
	if strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), u.Host) {
		t.Errorf("%v: it has to name the host, and no more", err)
	}
}

// A service that never answers is given up, and does not hold up the end.
func TestSilentService(t *testing.T) {
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer s.Close()
	defer close(release)
	failed := make(chan error, 10)
	start(t, Options{URL: parsed(t, s.URL), Every: 20 * time.Millisecond, patience: 20 * time.Millisecond, Health: func(context.Context) string { return "" }, Failed: func(err error) { failed <- err }})
	if err := next(t, "the failure", failed); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestParse(t *testing.T) {
	for _, text := range []string{"https://hc-ping.com/uuid", "http://127.0.0.1:8000/ping?x=1", "https://user:pw@host/"} {
		if u, err := Parse(text); err != nil || u.String() != text {
			t.Errorf("%s: %v, %v", text, u, err)
		}
	}
	for _, text := range []string{"", "hc-ping.com/uuid", "ftp://host/", "https://", "https:///x", "https://host/#a", "https://host/\n", "://", "https://[::1/"} {
		if u, err := Parse(text); err == nil {
			t.Errorf("%q is %v", text, u)
		}
	}
}
