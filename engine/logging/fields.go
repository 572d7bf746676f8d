package logging

import (
	"strconv"
	"time"

	"github.com/sirupsen/logrus"

	"lsyncgo/engine/message"
	"lsyncgo/engine/printable"
)

// jsonFields are the fields as JSON has them, with the duration in seconds.
func jsonFields(f *message.Fields) logrus.Fields {
	m := logrus.Fields{}
	text := func(key, value string) {
		if value != "" {
			m[key] = printable.UTF8(value)
		}
	}
	text("kind", f.Kind.Description().Name)
	text("sync", f.Sync)
	text("etype", f.Event)
	text("path", f.Path)
	for key, n := range map[string]int64{"batch": int64(f.Batch), "events": int64(f.Events), "files": f.Files, "bytes": f.Bytes} { // #nosec G115 -- a count
		if n != 0 {
			m[key] = n
		}
	}
	if f.Duration != 0 {
		m["duration"] = f.Duration.Round(time.Millisecond).Seconds()
	}
	if f.Ended {
		m["exit"] = f.Exit
	}
	return m
}

// journalFields are the fields as the journal has them. A path has its own bytes there: its field is not part of a line. It
// is for errors and warnings, or the journal would keep the name of every file that ever changed.
func journalFields(e *logrus.Entry) map[string]string {
	m := map[string]string{"LSYNCGO_CATEGORY": category(e)}
	f := aspectsOf(e).about
	if f == nil {
		return m
	}
	for key, value := range map[string]string{"MESSAGE_ID": f.Kind.Description().ID, "LSYNCGO_SYNC": f.Sync, "LSYNCGO_EVENT": f.Event} {
		if value != "" {
			m[key] = value
		}
	}
	if f.Path != "" && e.Level <= logrus.WarnLevel {
		m["LSYNCGO_PATH"] = f.Path
	}
	if f.Batch != 0 {
		m["LSYNCGO_BATCH"] = strconv.FormatUint(f.Batch, 10)
	}
	if f.Ended {
		m["LSYNCGO_EXIT"] = strconv.Itoa(f.Exit)
	}
	return m
}
