package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// placeVariable names, in the environment of the stand-ins, the directory of the run.
const placeVariable = "CONFORMANCE_PLACE"

// Files in that directory.
const (
	callsFile     = "calls"     // a JSON line for each start and end of a stand-in
	sentinelsFile = "sentinels" // the arguments of the sentinel, a line each
	holdFile      = "hold"      // while it exists no stand-in ends
	exitsDir      = "exits"     // exit codes to be used up: "MATCH\nCODE"
)

// killed as an exit code makes the stand-in die by a signal.
const killed = -1

// entry is a line of callsFile. Bytes, because JSON strings cannot hold every file name.
type entry struct {
	PID   int      `json:"pid"`
	End   bool     `json:"end,omitempty"`
	Argv  [][]byte `json:"argv,omitempty"`
	Stdin []byte   `json:"stdin,omitempty"`
}

// standIn is the main function of a stand-in: it records how it was called.
func standIn(name string, args []string) int {
	place := os.Getenv(placeVariable)
	if name == "sentinel" {
		return report(appendTo(filepath.Join(place, sentinelsFile), []byte(strings.Join(args, " ")+"\n")))
	}
	e := entry{PID: os.Getpid(), Argv: [][]byte{[]byte(name)}}
	for _, a := range args {
		e.Argv = append(e.Argv, []byte(a))
	}
	// Only what an engine pipes in is input; it may leave standard input as it was.
	if info, err := os.Stdin.Stat(); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		e.Stdin, _ = io.ReadAll(os.Stdin)
	}
	if err := log(place, e); err != nil {
		return report(err)
	}
	for tick := time.NewTicker(5 * time.Millisecond); exists(filepath.Join(place, holdFile)); {
		<-tick.C
	}
	code := scripted(place, e)
	if err := log(place, entry{PID: e.PID, End: true}); err != nil {
		return report(err)
	}
	if code == killed {
		self, _ := os.FindProcess(os.Getpid())
		_ = self.Kill()
	}
	return code
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func log(place string, e entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return appendTo(filepath.Join(place, callsFile), append(line, '\n'))
}

// appendTo appends in a single write, which O_APPEND keeps whole among several writers.
func appendTo(path string, line []byte) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(line)
	return err
}

// scripted takes the first exit code meant for this call; without one it is 0.
// Removing the file decides between stand-ins that run at the same time.
func scripted(place string, e entry) int {
	call := append(bytes.Join(e.Argv, []byte(" ")), e.Stdin...)
	list, _ := os.ReadDir(filepath.Join(place, exitsDir))
	for _, f := range list {
		path := filepath.Join(place, exitsDir, f.Name())
		text, err := os.ReadFile(path)
		match, number, ok := strings.Cut(string(text), "\n")
		if err != nil || !ok || !bytes.Contains(call, []byte(match)) {
			continue
		}
		if code, err := strconv.Atoi(number); err == nil && os.Remove(path) == nil {
			return code
		}
	}
	return 0
}
