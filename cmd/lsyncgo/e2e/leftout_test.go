package e2e

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// names lists what is below a directory, and what files hold.
func (p *place) names(name string) string {
	p.t.Helper()
	out, err := exec.Command("find", p.path(name), "-mindepth", "1", "(", "-type", "d", "-printf", "%P/\n", ")", "-o",
		"-printf", "%P ", "-exec", "cat", "{}", ";", "-printf", "\n").Output()
	if err != nil {
		return err.Error() // it changes
	}
	return sortedLines(string(out))
}

func sortedLines(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// §9 rsync: what options leave out is neither sent nor deleted while running. What a startup with them would leave is there.
func TestLeftOutWhileRunning(t *testing.T) {
	eachRsync(t, func(t *testing.T, ps preset) {
		if ps.name == "direct" {
			return // refuses them
		}
		for i, options := range [][]string{
			{"--exclude=own/", "--exclude=*.o"}, {"--include=*/", "--include=*.c", "--exclude", "*"}, {"-zf- own/", "-f", "- *.o"}, {"-F"},
			{"-F", "--delete-excluded"}, {"-C"}, {"--exclude=*.o", "--delete-excluded"}, {"--max-size=20"}, {"--existing"}, {"-m"}, {"--filter=R *.o"},
		} {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				t.Log(options)
				p := newPlace(t)
				leftOut(p, ps, options)
			})
		}
	})
}

func leftOut(p *place, ps preset, options []string) {
	p.write("source/.rsync-filter", "- own/\n- *.o\n")
	for _, name := range []string{"own/f", "x.o", "d/x.o", "d/x.c", "e/deep/y.c", "e/y.o", "stay/a.o", "stay/b.c", "g/h/i.c"} {
		p.write("source/"+name, "first")
	}
	for _, name := range []string{"own/f", "own/more", "x.o", "d/x.o", "e/deep/z.o"} {
		p.write("target/"+name, "the target's own")
	}
	var extra strings.Builder
	for _, o := range options {
		fmt.Fprintf(&extra, "%q, ", o)
	}
	config := strings.Replace(ps.config("exclude = '/never'"), "archive = true", "archive = true, _extra = { "+extra.String()+"}", 1)
	d := daemon(p.t, "-pidfile", p.path("pid"), p.config(config))
	defer d.stop()
	// What the same startup leaves is looked for after each step.
	rsync := ps.rsync.path
	if rsync == "" {
		rsync = "rsync"
	}
	equal := func(step string) {
		p.t.Helper()
		var got, want string
		defer func() {
			if got != want {
				p.t.Logf("%s: got\n%s\nwant\n%s", step, got, want)
			}
		}()
		eventually(p.t, step, func() bool {
			p.mkdir("want")
			if exec.Command("rsync", "-a", "--delete", p.path("target")+"/", p.path("want")).Run() != nil {
				return false // it changes
			}
			args := slices.Concat([]string{"-a", "--modify-window=-1"}, options, []string{"--exclude=/never", "--delete", "-r", p.path("source") + "/", p.path("want") + "/"})
			if out, err := exec.Command(rsync, args...).CombinedOutput(); err != nil {
				p.t.Fatalf("%v\n%s", err, out)
			}
			got, want = p.names("target"), p.names("want")
			return got == want && p.idle()
		})
	}
	equal("startup")
	before := p.content("target/own/f")
	p.write("source/own/f", "second")
	p.write("source/own/new", "second")
	p.write("source/d/new.o", "second")
	p.write("source/d/x.c", "second")
	p.write("source/n/m/new.c", "second, which is not so short")
	equal("sent")
	p.remove("source/own")
	p.remove("source/d/x.o")
	p.rename("source/e", "source/e2")
	p.remove("source/g/h")
	equal("deleted")
	if strings.Contains(before, "own") && !p.exists("target/own/f") {
		p.t.Error("what was left out is gone")
	}
}
