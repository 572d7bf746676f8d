package config

import (
	"testing"
	"time"

	glua "github.com/yuin/gopher-lua"
)

func TestHeartbeatDefault(t *testing.T) {
	for every, want := range map[glua.LValue]time.Duration{glua.LNil: time.Minute, glua.LNumber(1): time.Second, glua.LNumber(90.5): 90500 * time.Millisecond} {
		given := new(glua.LTable)
		given.RawSetString("url", glua.LString("https://host/uuid"))
		given.RawSetString("every", every)
		if h, err := heartbeatKind.Read(given); err != nil || h.Every != want || h.URL.Host != "host" {
			t.Errorf("every = %v: %+v, %v, want %v", every, h, err, want)
		}
	}
	if h, err := heartbeatKind.Read(glua.LFalse); err != nil || h.URL != nil {
		t.Errorf("false: %+v, %v", h, err)
	}
}
