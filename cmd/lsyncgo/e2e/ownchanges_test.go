package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestOwnChanges, §5: what a script's child does under an exclude that its collect takes away is no event, however late the
// monitor tells: each file is converted once, or twice if it was written twice.
func TestOwnChanges(t *testing.T) {
	t.Parallel()
	for _, monitor := range []string{"inotify", "notify"} {
		for _, c := range []struct{ name, exclude, command string }{
			{"the file itself", "'/' .. p", `echo converted >>"$1"`},
			{"its directory", "'/' .. p:match('.*/')", `echo converted >>"$1"`},
			{"another file beside it", "'/' .. p .. '.webp'", `cp "$1" "$1.webp"`},
			{"renamed over it", "p:match('[^/]*$') .. '*'", `cp "$1" "$1.tmp"; mv "$1.tmp" "$1"`},
			{"new directory", "'/' .. p .. '.d/'", `mkdir -p "$1.d/e"; cp "$1" "$1.d/e/f"`},
		} {
			t.Run(monitor+" "+c.name, func(t *testing.T) {
				t.Parallel()
				p := newPlace(t)
				p.mkdir("source/dir")
				d := daemon(t, p.config(fmt.Sprintf(`settings { monitor = "%s" }
					sync { source = "$SOURCE", delay = 0, maxProcesses = 3,
						action = function(inlet)
							local event = inlet.getEvent()
							local p = event.pathname
							if event.isdir or event.etype ~= 'Create' and event.etype ~= 'Modify' then
								inlet.discardEvent(event)
								return
							end
							inlet.addExclude(%s)
							spawn(event, '/bin/sh', '-c', [[%s; echo "$1" >>$DIR/done]], 'sh', event.source .. p)
						end,
						collect = function(event)
							local p = event.pathname
							event.inlet.rmExclude(%s)
							log('Normal', 'collected ', event.source .. p)
						end,
					}`, monitor, c.exclude, c.command, c.exclude)))
				for i := range 10 { // each waits for the one before: what comes back has time to
					name := fmt.Sprintf("source/dir/f%d", i)
					p.write(name, "picture")
					d.logs("collected " + p.path(name))
					nextTick(t)
				}
				d.stop()
				if n := strings.Count(p.content("done"), "\n"); n > 20 {
					t.Errorf("%d conversions of 10 files:\n%s", n, p.content("done"))
				}
			})
		}
	}
}

// nextTick waits until files get a time that is later than now: the kernel gives them that of its last tick.
func nextTick(t *testing.T) {
	now := time.Now()
	eventually(t, "the clock of files", func() bool {
		var tick unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_REALTIME_COARSE, &tick); err != nil {
			t.Fatal(err)
		}
		return time.Unix(tick.Unix()).After(now)
	})
}
