package monitortest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lsyncgo/engine/monitor"
)

// churnSeed, if set (MONITORTEST_SEED), repeats a run.
func churnSeed() uint64 {
	var seed uint64
	if _, err := fmt.Sscan(os.Getenv("MONITORTEST_SEED"), &seed); err == nil {
		return seed
	}
	return uint64(time.Now().UnixNano())
}

// testChurn has several goroutines do random things to the same names as fast as
// they can, several times, and compares the trees after each time. Then every
// directory gets a file, which shows that every directory is watched.
func testChurn(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	seed := churnSeed()
	t.Logf("repeat with MONITORTEST_SEED=%d", seed)
	s := NewSession(t, open)
	outer := s.Root("root", monitor.Root{ID: 1})
	inner := s.Root("root/inner", monitor.Root{ID: 2})
	some := s.Root("root", monitor.Root{ID: 3, Excluded: func(path string) bool {
		return strings.HasPrefix(path, "b") || strings.Contains(path, "/b")
	}})
	for _, r := range []monitor.Root{outer, inner, some} {
		s.Watch(r)
	}
	rounds, ops := 6, 1500
	if testing.Short() {
		rounds, ops = 3, 500
	}
	for round := range rounds {
		var group sync.WaitGroup
		for worker := range 4 {
			group.Go(func() {
				c := churner{rand: rand.New(rand.NewPCG(seed, uint64(round*10+worker))), root: outer.Path, out: s.Dir + "out/"}
				c.run(ops)
			})
		}
		group.Wait()
		s.Equal()
		s.Take()
		for path := range scan(outer, "") {
			if strings.HasSuffix(path, "/") {
				check(t, os.WriteFile(filepath.Join(outer.Path, path, "probe"), fmt.Append(nil, round), 0o644))
			}
		}
		s.Equal()
		s.Take()
	}
}

type churner struct {
	rand      *rand.Rand
	root, out string
}

// path is a random one out of few, so that they meet often.
func (c *churner) path() string {
	base := c.root
	switch c.rand.IntN(10) {
	case 0:
		base = c.out
	case 1, 2:
		base += "inner/"
	}
	parts := make([]string, 1+c.rand.IntN(4))
	for i := range parts {
		parts[i] = string(rune('a' + c.rand.IntN(4)))
	}
	return base + strings.Join(parts, "/")
}

// run does n things. Most of them fail, which is as good.
func (c *churner) run(n int) {
	_ = os.MkdirAll(c.out, 0o755)
	for range n {
		p := c.path()
		switch c.rand.IntN(16) {
		case 0, 1, 2:
			_ = os.Mkdir(p, 0o755)
		case 3:
			_ = os.MkdirAll(p, 0o755)
		case 4, 5, 6:
			_ = os.WriteFile(p, make([]byte, c.rand.IntN(1000)), 0o644)
		case 7:
			if f, err := os.OpenFile(p, os.O_WRONLY|os.O_APPEND, 0); err == nil {
				_, _ = f.Write(make([]byte, 1+c.rand.IntN(100)))
				_ = f.Close()
			}
		case 8, 9, 10, 11:
			_ = rename(p, c.path())
		case 12:
			_ = os.Remove(p)
		case 13:
			if c.rand.IntN(4) == 0 {
				_ = os.RemoveAll(p)
			}
		case 14:
			_ = os.Symlink("somewhere", p)
		case 15:
			_ = os.Chmod(p, 0o700|os.FileMode(c.rand.IntN(64)))
		}
	}
}
