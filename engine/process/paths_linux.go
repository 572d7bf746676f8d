package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// pathsFor is how long a binary is taken to be where it was found: to look through PATH costs a system call for each of
// its directories, for each child.
const pathsFor = time.Second

// paths are where binaries were found.
type paths struct {
	mu    sync.Mutex // guards all below
	found map[string]string
	in    string // PATH
	since time.Time
}

// find does what exec.Command does to find a binary, the path of which may be pathsFor old.
func (p *paths) find(binary string) (string, error) {
	if filepath.Base(binary) != binary {
		return binary, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if in := os.Getenv("PATH"); p.found == nil || in != p.in || time.Since(p.since) > pathsFor {
		p.found, p.in, p.since = map[string]string{}, in, time.Now()
	}
	if path := p.found[binary]; path != "" {
		return path, nil
	}
	path, err := exec.LookPath(binary)
	if err == nil {
		p.found[binary] = path
	}
	return path, err
}

// forget has all binaries looked for anew.
func (p *paths) forget() {
	p.mu.Lock()
	p.found = nil
	p.mu.Unlock()
}
