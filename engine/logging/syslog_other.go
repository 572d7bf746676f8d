//go:build windows || plan9

package logging

import (
	"errors"
	"io"

	"github.com/sirupsen/logrus"
)

type syslogSink struct {
	logrus.Hook
	io.Closer
}

func newSyslog(Options) (*syslogSink, error) {
	return nil, errors.New("syslog: this system has none; set a logfile or -nodaemon")
}
