// Package failure says what an exit code means and why a child failed. Exit codes have the numbers of rsync, for
// work in process, too, so that one function of a script judges all. Reasons are found in what rsync, ssh and their
// like print.
//
// A reason is words for people and decides nothing. The program at the other end can print anything, as well as
// end with any code.
package failure

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Exit codes of rsync that somebody here asks for by name; meanings has all of them.
const (
	OK          = 0
	FileIO      = 11 // what is read or written as a whole cannot be: missing, read only, broken
	Stream      = 12 // the data stream ended early
	IPC         = 14 // no process could be made, or no pipe
	Cancelled   = 20 // a signal ended it
	Partial     = 23 // some entries failed
	Vanished    = 24 // some entries were gone before they could be sent
	DeleteLimit = 25 // the limit of deletions was met

	notExecutable = 126 // of a shell
	notFound      = 127
	sshFailed     = 255
)

// Reason is why something failed, for people.
type Reason struct {
	Text   string // "" if it is not known
	Remedy string // what to do about it; may be empty
	// Passing: it may be over without anybody doing something.
	Passing bool
	// Line is the line that said so, "" if the exit code did.
	Line string
}

// String returns the reason with its remedy, "" if it is not known.
func (r Reason) String() string {
	if r.Text == "" || r.Remedy == "" {
		return r.Text
	}
	return r.Text + " (" + r.Remedy + ")"
}

// maxText bounds a text: a line may be long, and name a long path.
const maxText = 400

// Explain returns why a program, a name or a path, ended with this code; "" stands for work in process. lines are the
// last ones that it printed.
func Explain(program string, code int, lines []string) Reason {
	if code == 0 || code == Vanished {
		return Reason{}
	}
	best, rank := Reason{}, len(rows())+1
	for _, line := range lines {
		if r, n := recognize(line, program == ""); n < rank {
			best, rank = r, n
		}
	}
	if best.Text == "" && isRsync(program) {
		best = ofCode(code)
	}
	best.Text, best.Remedy = Clip(best.Text, maxText), Clip(best.Remedy, maxText)
	return best
}

// Clip returns at most n bytes of a text, with dots where it was cut.
func Clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "") + "..."
}

// isRsync tells by its name whether a program's exit codes are rsync's.
func isRsync(program string) bool { return strings.Contains(filepath.Base(program), "rsync") }

// MetDeleteLimit reports whether an rsync has met its limit of deletions. It ends with another code, and
// only says it, if files were unreadable or vanished as well.
func MetDeleteLimit(code int, lines []string) bool {
	return code == DeleteLimit || (code == Partial || code == Vanished) &&
		slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, "--max-delete limit") })
}

// Derailed reports whether a file became a directory after rsync (3.2.7) had listed it: the sender cannot read it
// then, loses count, and ends with 2, which elsewhere means that the two sides do not understand each other.
func Derailed(lines []string) bool {
	return slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "Invalid packet at end of run ") })
}

// Unfit reports whether lines tell of an error that the target as a whole has, and gets over. Attributes have
// limits of their own.
func Unfit(lines []string) bool {
	return slices.ContainsFunc(lines, func(line string) bool {
		e, ok := parse(line, false)
		return ok && e.role != "" && e.atTarget && slices.Contains(wholeTarget, e.number) && !strings.Contains(line, "xattr")
	})
}

// misruled is how rsync's sender ends that has met a rule it cannot read: those of the command line its client reads.
var misruled = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^rsync error: syntax or usage error \(code 1\) at exclude\.c\(\d+\) \[sender`)
})

// Misruled reports whether a file with filter rules that rsync found within the source is wrong, which any user who can write there
// can mend, and do again.
func Misruled(lines []string) bool { return slices.ContainsFunc(lines, misruled().MatchString) }

// Barred reports whether rsync was told of a missing path and could not delete what is in a directory there. One that its
// owner has closed (mode 0555) it opens only if it deletes it as what another directory of its list has in excess.
func Barred(lines []string) bool {
	return slices.ContainsFunc(lines, func(line string) bool {
		return strings.Contains(line, "delete_file: ") && strings.HasSuffix(line, ": Permission denied (13)")
	})
}

// noise are lines of rsync that add nothing to a line that says why.
var noise = []string{"rsync error: ", "rsync: connection unexpectedly closed ", "rsync: [sender] safe_write failed", "rsync: [sender] write error: Broken pipe",
	"Warning: Permanently added "}

// Words returns what of lines is worth to be told beside the reason: at most n of them, each of limited length.
func (r Reason) Words(lines []string, n int) (list []string) {
	for _, line := range lines {
		if r.Text == "" || !slices.ContainsFunc(noise, func(p string) bool { return strings.HasPrefix(line, p) }) {
			list = append(list, Clip(line, maxText))
		}
	}
	if cut := len(list) - n; cut > 0 {
		list = list[cut:]
	}
	if r.Line != "" && !slices.Contains(list, Clip(r.Line, maxText)) {
		list[0] = Clip(r.Line, maxText)
	}
	return list
}
