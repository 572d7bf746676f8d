package address_test

import (
	"testing"

	"lsyncgo/engine/address"
)

// What rsync takes for a host, it was asked by `rsync x TEXT` with an -e that prints its arguments.
func TestParse(t *testing.T) {
	for text, want := range map[string]address.Address{
		"":                   {},
		"/srv/www":           {Dir: "/srv/www"},
		"www":                {Dir: "www"},
		"./c:/x":             {Dir: "./c:/x"},
		"/srv/a:b":           {Dir: "/srv/a:b"},
		"/srv/[x]:y":         {Dir: "/srv/[x]:y"},
		"~/www":              {Dir: "~/www"},
		"web:/srv/www":       {Host: "web", Path: "/srv/www"},
		"me@web:www":         {Host: "me@web", Path: "www"},
		"web:~/www":          {Host: "web", Path: "www"},
		"web:":               {Host: "web"},
		"web:a:b":            {Host: "web", Path: "a:b"},
		"[2001:db8::1]:/srv": {Host: "2001:db8::1", Path: "/srv"},
		"me@[fe80::1]:www":   {Host: "me@fe80::1", Path: "www"},
		"web::module/dir":    {Daemon: "web::module/dir"},
		"[::1]::module":      {Daemon: "[::1]::module"},
		"rsync://web/module": {Daemon: "rsync://web/module"},
		"rsync://[::1]:8/m":  {Daemon: "rsync://[::1]:8/m"},
		"c:/x":               {Host: "c", Path: "/x"},
	} {
		if got := address.Parse(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
		if local, away := address.Local(text), address.Remote(text); local != (want.Dir != "") || away != (want.Host+want.Daemon != "") {
			t.Errorf("%q: local %t, remote %t", text, local, away)
		}
	}
}
