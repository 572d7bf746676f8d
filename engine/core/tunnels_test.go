package core_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/tunnel"
)

// tunnel takes in a tunnel line of a conversation.
func (st *stage) tunnel(words []string) {
	name := words[0]
	cfg := &tunnel.Config{Name: name, Parallel: 1, Localhost: "localhost", ReadyDelay: 5 * time.Second, RetryDelay: 10 * time.Second,
		Command: []string{"tunnel-" + name}, Digest: strings.Join(words[1:], " "), CheckExitCodes: []int{0}, CheckMaxFailed: 2, CheckInterval: 5 * time.Second,
		NewWork: func(argv []string) core.Work { return work(strings.Join(argv, " ")) }}
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "pool":
			cfg.Pool, cfg.Parallel = true, st.number(value)
			cfg.Command = append(cfg.Command, "^localhost:^localport")
		case "ready":
			cfg.ReadyDelay = st.duration(value)
		case "retry":
			cfg.RetryDelay = st.duration(value)
		case "check":
			cfg.Check = []string{"check-" + name, "^localhost"}
		default:
			st.t.Fatalf("unknown word %q", w)
		}
	}
	st.tunnels[name] = cfg
}

// port answers a reserve command.
func (st *stage) port(words []string) {
	in := core.Reserved{Proc: core.ProcID(st.number(words[0]))}
	if _, err := fmt.Sscan(words[1], &in.Port); err != nil {
		in.Err = errors.New(strings.Join(words[1:], " "))
	}
	st.step(in)
}
