package ownfile

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// patience is how long somebody may take to begin to read a FIFO, or to go on.
const patience = 5 * time.Second

var (
	errStalled = errors.New("nobody reads what is written there")
	errReader  = errors.New("nobody reads from this FIFO; start its reader first, or name a file")
)

// through opens a device or a FIFO, which are left as they are.
func (e *Entry) through(info fs.FileInfo, wait time.Duration) (*File, error) {
	if err := e.kind(info); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(wait); ; time.Sleep(20 * time.Millisecond) {
		f, err := e.open(e.name, os.O_WRONLY)
		switch {
		case noReader(err) && info.Mode()&fs.ModeNamedPipe == 0 && !e.magic:
			return nil, e.failed(errors.New("there is no such device"))
		case noReader(err) && time.Now().Before(deadline): // open would wait for ever where nobody comes
		case noReader(err):
			return nil, e.failed(errReader)
		case err != nil:
			return nil, e.explain(err)
		default:
			return e.opened(f)
		}
	}
}

// opened looks again at what is open now.
func (e *Entry) opened(f *os.File) (*File, error) {
	info, err := f.Stat()
	if err == nil {
		err = e.kind(info)
	}
	out := &File{File: f}
	if err == nil && info.Mode().IsRegular() { // through a link of proc
		out.Regular = true
		out.Warning, err = e.rule(info)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return out, nil
}
