// Package heartbeat tells a monitoring service at regular times that all is well, and tells it at once in the next
// turn what is not. The service raises an alarm when it is told of a failure, and when it is told nothing.
package heartbeat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options say whom to tell, and what.
type Options struct {
	// URL is asked for with GET while all is well. URL/fail gets a POST with the reason otherwise.
	URL   *url.URL
	Every time.Duration
	// Health returns what is wrong, in words for a person; "" while all is well. It may take until ctx ends.
	Health func(ctx context.Context) string
	// Failed is told once when the service cannot be reached, and Reached when it can be again. The texts have no more of the URL
	// than its host, since who knows the rest can tell the service anything.
	Failed  func(err error)
	Reached func()

	patience time.Duration // for tests; 0: see patience
}

const (
	// patience bounds how long it may take to tell once, half of it to ask how things are; the next waits for that.
	patience = 10 * time.Second
	// maxReason bounds what is sent; services cut at 10 KB or more.
	maxReason = 4096
)

// Parse reads the URL of a service.
func Parse(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("it is no URL")
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return nil, errors.New("it has to begin with https:// or http:// and a host")
	case u.Fragment != "":
		return nil, errors.New("a part behind # is not sent to any service")
	}
	return u, nil
}

// Run tells the service until ctx ends, first at once.
func Run(ctx context.Context, o Options) {
	// A connection that is kept would only be there to be cut by somebody between two requests.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	client := &http.Client{Transport: transport}
	tick := time.NewTicker(o.Every)
	defer tick.Stop()
	for reached := true; ; {
		err := o.beat(ctx, client)
		if ctx.Err() != nil {
			return
		}
		switch {
		case err != nil && reached:
			o.Failed(err)
		case err == nil && !reached:
			o.Reached()
		}
		reached = err == nil
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// beat tells once.
func (o Options) beat(ctx context.Context, client *http.Client) error {
	limit := cmp.Or(o.patience, patience)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	asking, stop := context.WithTimeout(ctx, limit/2) // the rest is for telling the service
	reason := o.Health(asking)
	stop()
	method, to, body := http.MethodGet, o.URL, io.Reader(http.NoBody)
	if reason != "" {
		method, to, body = http.MethodPost, o.URL.JoinPath("fail"), strings.NewReader(reason[:min(len(reason), maxReason)])
	}
	request, err := http.NewRequestWithContext(ctx, method, to.String(), body)
	if err != nil {
		return fmt.Errorf("heartbeat to %s: %w", o.URL.Host, withoutURL(err))
	}
	request.Header.Set("User-Agent", "lsyncgo")
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("heartbeat to %s: %w", o.URL.Host, withoutURL(err))
	}
	_ = answer.Body.Close() // what it says besides the status is for nobody
	if answer.StatusCode >= 300 {
		return fmt.Errorf("heartbeat to %s: it answers %s", o.URL.Host, answer.Status)
	}
	return nil
}

// withoutURL returns what is in the error of a request, without the URL that the http package puts before it.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
