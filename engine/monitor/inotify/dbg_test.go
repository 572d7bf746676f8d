package inotify

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

func TestDbg(t *testing.T) {
	monitortest.Run(t, func(t *testing.T) monitor.Monitor {
		m := open(t).(*inotify)
		go func() {
			for {
				select {
				case <-m.ctx.Done():
					return
				case <-time.After(4 * time.Second):
				}
				m.call(context.Background(), func(w *watcher) {
					for _, t := range w.trees {
						if t.top == nil {
							continue
						}
						fmt.Fprintf(os.Stderr, "check %d doubts %d moved %v young %d elder %d\n", t.ID, len(t.doubts), t.moved, len(t.young), len(t.elder))
						seen := map[string]bool{}
						t.top.below(func(k *node) {
							seen[t.rel(k)] = true
							if k.wd < 0 {
								fmt.Fprintf(os.Stderr, "tree %d unwatched %s flags %x\n", t.ID, t.rel(k), k.flags)
								return
							}
							if !t.current(k) {
								fmt.Fprintf(os.Stderr, "tree %d wrong %s wd %d\n", t.ID, t.rel(k), k.wd)
							}
							found := w.nodes[k.wd] == k
							for _, o := range w.more[k.wd] {
								if o == k {
									found = true
								}
							}
							if !found {
								fmt.Fprintf(os.Stderr, "tree %d unbound %s wd %d\n", t.ID, t.rel(k), k.wd)
							}
						})
						filepath.WalkDir(t.Path, func(p string, d fs.DirEntry, err error) error {
							if err == nil && d.IsDir() {
								rel := (p + "/")[len(t.Path):]
								if p+"/" == t.Path || p == t.Path {
									return nil
								}
								if !seen[rel] && (t.Excluded == nil || !t.Excluded(rel)) {
									fmt.Fprintf(os.Stderr, "tree %d missing %s\n", t.ID, rel)
								}
							}
							return nil
						})
					}
				})
			}
		}()
		return m
	}, monitortest.Promises{Exact: true, Modes: true})
}
