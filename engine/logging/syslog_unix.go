//go:build !windows && !plan9

package logging

import (
	"fmt"
	"log/syslog"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/sirupsen/logrus"
	hook "github.com/sirupsen/logrus/hooks/syslog"
)

var facilities = map[string]syslog.Priority{
	"kern": syslog.LOG_KERN, "user": syslog.LOG_USER, "mail": syslog.LOG_MAIL, "daemon": syslog.LOG_DAEMON,
	"auth": syslog.LOG_AUTH, "syslog": syslog.LOG_SYSLOG, "lpr": syslog.LOG_LPR, "news": syslog.LOG_NEWS,
	"uucp": syslog.LOG_UUCP, "cron": syslog.LOG_CRON, "authpriv": syslog.LOG_AUTHPRIV, "ftp": syslog.LOG_FTP,
	"local0": syslog.LOG_LOCAL0, "local1": syslog.LOG_LOCAL1, "local2": syslog.LOG_LOCAL2, "local3": syslog.LOG_LOCAL3,
	"local4": syslog.LOG_LOCAL4, "local5": syslog.LOG_LOCAL5, "local6": syslog.LOG_LOCAL6, "local7": syslog.LOG_LOCAL7,
}

// syslogSink is logrus' hook with our text and priorities: Normal is notice as in
// Lsyncd, and the categories somebody asked for are info, since many systems drop debug.
type syslogSink struct {
	*hook.SyslogHook
	closed atomic.Bool // a closed syslog.Writer would connect again
}

// facilityOf is the facility that is chosen, or that of user programs.
func facilityOf(o Options) (syslog.Priority, error) {
	if o.Facility == "" {
		return syslog.LOG_USER, nil
	}
	facility, ok := facilities[strings.ToLower(o.Facility)]
	if !ok {
		return 0, fmt.Errorf("syslog facility %q: it is none of %s", o.Facility, strings.Join(slices.Sorted(maps.Keys(facilities)), ", "))
	}
	return facility, nil
}

func newSyslog(o Options) (*syslogSink, error) {
	facility, err := facilityOf(o)
	if err != nil {
		return nil, err
	}
	ident := o.Ident
	if ident == "" {
		ident = "lsyncgo"
	}
	h, err := hook.NewSyslogHook(o.syslogNet, o.syslogAddr, facility|syslog.LOG_NOTICE, ident)
	if err != nil {
		return nil, fmt.Errorf("connect to syslog: %w; start a syslog daemon (it makes /dev/log), or set a logfile or -nodaemon", err)
	}
	return &syslogSink{SyslogHook: h}, nil
}

// Fire never fails, see sink.Fire.
func (s *syslogSink) Fire(e *logrus.Entry) error {
	if s.closed.Load() {
		return nil
	}
	b, _ := syslogLine{}.Format(e) // never fails
	text := string(b)
	switch e.Level {
	case logrus.ErrorLevel:
		_ = s.Writer.Err(text)
	case logrus.WarnLevel:
		_ = s.Writer.Warning(text)
	case logrus.InfoLevel:
		_ = s.Writer.Notice(text)
	default:
		_ = s.Writer.Info(text)
	}
	return nil
}

func (s *syslogSink) Close() error {
	s.closed.Store(true)
	return s.Writer.Close()
}
