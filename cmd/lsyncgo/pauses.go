package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/ownfile"
)

// pauses keeps the pauses in force in a file of the program's own, so that they outlive it.
type pauses struct {
	mu    sync.Mutex // orders what is asked and what is written
	path  string     // empty: nobody can ask for a pause
	saved string     // what the file has
}

// pausesFile is where a daemon with this pidfile and status file keeps its pauses: in the directory that systemd gives a
// service for its state, else beside the file by which the daemon is found, which a reboot may take away.
func pausesFile(pidfile, statusFile string) string {
	beside := cmp.Or(pidfile, statusFile)
	if beside == "" {
		return ""
	}
	if dir := filepath.SplitList(os.Getenv("STATE_DIRECTORY")); len(dir) > 0 && filepath.IsAbs(dir[0]) {
		beside = filepath.Join(dir[0], filepath.Base(beside))
	}
	return beside + ".pauses"
}

// maxPauses bounds what is read, in bytes.
const maxPauses = 1 << 20

// load reads the file; if there is none there is no pause.
func (p *pauses) load() ([]core.Pause, error) {
	if p.path == "" {
		return nil, nil
	}
	if _, err := os.Lstat(p.path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	f, err := ownfile.Open(p.path, ownfile.Update)
	if err != nil {
		return nil, fmt.Errorf("read the pauses: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxPauses))
	if err != nil {
		return nil, fmt.Errorf("read the pauses: %w", err)
	}
	p.saved = string(text)
	return parsePauses(p.saved)
}

// save writes the file, and removes it if nothing is paused.
func (p *pauses) save(list []core.Pause) error {
	text := formatPauses(list)
	if text == p.saved || p.path == "" {
		return nil
	}
	if err := p.write(text); err != nil {
		return fmt.Errorf("keep the pauses: %w", err)
	}
	p.saved = text
	return nil
}

func (p *pauses) write(text string) error {
	if text == "" {
		e, err := ownfile.Locate(p.path)
		if err != nil {
			return err
		}
		defer e.Close()
		if err := e.Remove(); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	_, err := ownfile.Replace(p.path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	return err
}

// formatPauses makes a line of each: the sync, who asked, and until when, "-" for no end.
func formatPauses(list []core.Pause) string {
	var b strings.Builder
	for _, p := range list {
		until := "-"
		if !p.Until.IsZero() {
			until = p.Until.Format(time.RFC3339Nano)
		}
		fmt.Fprintf(&b, "%s %s %s\n", strconv.Quote(p.Sync), strconv.Quote(p.By), until)
	}
	return b.String()
}

func parsePauses(text string) (list []core.Pause, err error) {
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		p, err := parsePause(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("line %d is no pause: %w", n, err)
		}
		list = append(list, p)
	}
	return list, lines.Err()
}

func parsePause(line string) (p core.Pause, err error) {
	for _, field := range []*string{&p.Sync, &p.By} {
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return p, err
		}
		if *field, err = strconv.Unquote(quoted); err != nil {
			return p, err
		}
		line = strings.TrimPrefix(line[len(quoted):], " ")
	}
	if line != "-" {
		p.Until, err = time.Parse(time.RFC3339Nano, line)
	}
	return p, err
}
