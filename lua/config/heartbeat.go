package config

import (
	"cmp"
	"net/url"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/heartbeat"
	"lsyncgo/lua/schema"
)

// Heartbeat says whom to tell that all is well, and how often. No URL: nobody.
type Heartbeat struct {
	URL   *url.URL
	Every time.Duration
}

// Same reports whether another one tells the same.
func (h Heartbeat) Same(other Heartbeat) bool {
	if h.URL == nil || other.URL == nil {
		return h.URL == other.URL
	}
	return h.Every == other.Every && h.URL.String() == other.URL.String()
}

const (
	defaultHeartbeat = time.Minute
	heartbeatExample = `{ url = "https://hc-ping.com/UUID", every = 60 }`
)

var heartbeatKind = schema.Mapped(schema.Or(schema.Within("a table", &schema.Table[Heartbeat]{Keys: []schema.Key[Heartbeat]{
	{Name: "url", Value: schema.To(schema.Custom("a URL that begins with https:// or http://", urlOf), func(h *Heartbeat) **url.URL { return &h.URL }),
		Required: true, Example: `"https://hc-ping.com/UUID"`, Doc: "what is asked for with GET while all is well; with /fail behind its path it gets a POST of the reason otherwise"},
	{Name: "every", Value: schema.To(schema.Custom("a number of seconds of at least 1", everyOf), func(h *Heartbeat) *time.Duration { return &h.Every }),
		Default: "60", Example: "60", Doc: "how often, in seconds"},
}})), func(h Heartbeat) Heartbeat {
	h.Every = cmp.Or(h.Every, defaultHeartbeat)
	return h
})

func urlOf(v glua.LValue) (*url.URL, error) {
	text, ok := v.(glua.LString)
	if !ok {
		return nil, schema.ErrUnfit
	}
	u, err := heartbeat.Parse(string(text))
	if err != nil {
		return nil, schema.ErrUnfit
	}
	return u, nil
}

func everyOf(v glua.LValue) (time.Duration, error) {
	every, err := schema.Seconds.Read(v)
	if err == nil && every < time.Second {
		return 0, schema.ErrUnfit
	}
	return every, err
}
