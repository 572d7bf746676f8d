module lsyncgo

go 1.26.0

require (
	github.com/coreos/go-systemd/v22 v22.7.0
	github.com/mattn/go-shellwords v1.0.16
	github.com/rjeczalik/notify v0.9.3
	github.com/robfig/cron/v3 v3.0.1
	github.com/sirupsen/logrus v1.10.2
	github.com/yuin/gopher-lua v1.1.2
	go.uber.org/goleak v1.3.0
	golang.org/x/sys v0.49.0
	mvdan.cc/sh/v3 v3.14.1
	pgregory.net/rapid v1.3.0
)

require github.com/dlclark/regexp2/v2 v2.2.1

require go.yaml.in/yaml/v3 v3.0.5
