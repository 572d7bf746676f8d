// Package packages tests the packages that build.sh makes: what is in them, and what becomes of a machine on which they
// are installed, upgraded and removed. The machine is a directory with just enough for the packages' scripts.
package packages

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// standIn takes the place of the program: it is small, so that packages are made in no time.
const standIn = `#!/bin/sh
# lsyncgo
case $1 in
man) printf '.Dd November 1, 2026\n.Dt LSYNCGO 8\n.Os\n.Sh NAME\n.Nm lsyncgo\n.Nd test\n' ;;
completion) echo "# completion for $2" ;;
esac
`

// run runs a command and returns what it printed.
func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), mode), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var formats = []string{"deb", "rpm", "apk", "tar.gz"}

// made are the packages of two versions, which all tests share: a directory for each.
var made = sync.OnceValues(func() (dirs map[string]string, err error) {
	dirs = map[string]string{}
	binary := filepath.Join(dir, "stand-in")
	if err := errors.Join(os.WriteFile(binary, []byte(standIn), 0o600), os.Chmod(binary, 0o755)); err != nil {
		return nil, err
	}
	for _, version := range []string{"1.2.3", "1.2.4"} {
		dirs[version] = filepath.Join(dir, version)
		cmd := exec.Command("./build.sh", append([]string{"amd64"}, formats...)...)
		cmd.Env = append(os.Environ(), making(version, dirs[version])...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build.sh: %w\n%s", err, out)
		}
	}
	return dirs, nil
})

// making is the environment in which build.sh makes packages of the stand-in.
func making(version, to string) []string {
	return []string{"BINARY=" + filepath.Join(dir, "stand-in"), "VERSION=" + version, "SOURCE_DATE_EPOCH=1790000000", "PACKAGES=" + to}
}

// dir is for what tests share.
var dir string

func TestMain(m *testing.M) {
	var err error
	if dir, err = os.MkdirTemp("", "packages"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// built returns the directory with the packages of a version.
func built(t *testing.T, version string) string {
	t.Helper()
	dirs, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return dirs[version]
}

// one returns the package with that suffix.
func one(t *testing.T, dir, suffix string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil || len(found) != 1 {
		t.Fatalf("%d packages %s in %s, %v", len(found), suffix, dir, err)
	}
	return found[0]
}

// common are the files of every format, with type and mode as tar and rpm show them.
var common = []string{
	"-rw-r--r-- /etc/logrotate.d/lsyncgo",
	"drwxr-xr-x /etc/lsyncd",
	"-rwxr-xr-x /usr/bin/lsyncgo",
	"-rw-r--r-- /usr/lib/sysctl.d/60-lsyncgo.conf",
	"-rw-r--r-- /usr/share/bash-completion/completions/lsyncgo",
	"-rw-r--r-- /usr/share/doc/lsyncgo/README.md",
	"-rw-r--r-- /usr/share/doc/lsyncgo/CHANGELOG.md",
	"-rw-r--r-- /usr/share/doc/lsyncgo/built-in-licenses",
	"-rw-r--r-- /usr/share/doc/lsyncgo/changelog.gz",
	"-rw-r--r-- /usr/share/doc/lsyncgo/copyright",
	"-rw-r--r-- /usr/share/doc/lsyncgo/docs/from-lsyncd.md",
	"-rw-r--r-- /usr/share/doc/lsyncgo/scripts/examples/direct.lua",
	"-rw-r--r-- /usr/share/doc/lsyncgo/scripts/systemd/lsyncgo.service.d/notify-reload.conf",
	"-rw-r--r-- /usr/share/fish/vendor_completions.d/lsyncgo.fish",
	"-rw-r--r-- /usr/share/man/man8/lsyncgo.8.gz",
}

// withSystemd are those for machines that have systemd.
var withSystemd = []string{
	"-rw-r--r-- /etc/default/lsyncgo",
	"-rw-r--r-- /usr/lib/systemd/catalog/lsyncgo.catalog",
	"-rw-r--r-- /usr/lib/systemd/system/lsyncgo.service",
	"-rw-r--r-- /usr/lib/systemd/system/lsyncgo@.service",
}

// holds compares what a package has with what it must have: these files, all of root, none writable by others.
func holds(t *testing.T, format string, list []string, want ...[]string) {
	t.Helper()
	for _, w := range slices.Concat(want...) {
		if !slices.Contains(list, w) {
			t.Errorf("%s: there is no %s", format, w)
		}
	}
	for _, line := range list {
		if !regexp.MustCompile(`^([-d]rwxr-xr-x|-rw-r--r--) /(etc|usr)(/|$)`).MatchString(line) {
			t.Errorf("%s: %s is neither a file nor a directory that all may read and root alone write, or not below /etc or /usr", format, line)
		}
	}
}

// archive lists a tar archive, "MODE PATH" each, and returns the texts of its small files.
func archive(t *testing.T, r io.Reader) (list []string, texts map[string]string) {
	t.Helper()
	texts = map[string]string{}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return list, texts
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 {
			t.Errorf("%s has the owner %d:%d", h.Name, h.Uid, h.Gid)
		}
		name := "/" + strings.Trim(strings.TrimPrefix(h.Name, "./"), "/")
		list = append(list, fmt.Sprint(h.FileInfo().Mode(), " ", name))
		b, err := io.ReadAll(io.LimitReader(tr, 1<<16))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(b)
	}
}

func TestDeb(t *testing.T) {
	t.Parallel()
	deb := one(t, built(t, "1.2.3"), ".deb")
	list, _ := archive(t, strings.NewReader(run(t, nil, "dpkg-deb", "--fsys-tarfile", deb)))
	holds(t, "deb", list, common, withSystemd, []string{"-rw-r--r-- /usr/share/zsh/vendor-completions/_lsyncgo"})
	_, control := archive(t, strings.NewReader(run(t, nil, "dpkg-deb", "--ctrl-tarfile", deb)))
	if got := control["/conffiles"]; got != "/etc/default/lsyncgo\n/etc/logrotate.d/lsyncgo\n" {
		t.Errorf("conffiles %q", got)
	}
	for _, line := range []string{"Package: lsyncgo", "Version: 1.2.3", "Architecture: amd64", "Recommends: rsync, openssh-client"} {
		if !strings.Contains("\n"+control["/control"], "\n"+line+"\n") {
			t.Errorf("control has no line %q:\n%s", line, control["/control"])
		}
	}
	for script, file := range map[string]string{"/postinst": "postinstall.sh", "/prerm": "preremove.sh", "/postrm": "postremove.sh"} {
		if control[script] != content(t, file) {
			t.Errorf("%s is not %s", script, file)
		}
	}
}

func TestRPM(t *testing.T) {
	t.Parallel()
	rpm := one(t, built(t, "1.2.3"), ".rpm")
	var list []string
	for _, line := range strings.Split(strings.TrimSpace(run(t, nil, "rpm", "-qp", "--qf", "[%{FILEMODES:perms} %{FILENAMES} %{FILEUSERNAME}:%{FILEGROUPNAME}\n]", rpm)), "\n") {
		file, owner, _ := strings.Cut(line, " root:")
		if list = append(list, file); owner != "root" {
			t.Errorf("rpm: %s is not root's", line)
		}
	}
	holds(t, "rpm", list, common, withSystemd, []string{"-rw-r--r-- /usr/share/zsh/site-functions/_lsyncgo"})
	if got := run(t, nil, "rpm", "-qpc", rpm); got != "/etc/default/lsyncgo\n/etc/logrotate.d/lsyncgo\n" {
		t.Errorf("config files %q", got)
	}
	const header = "%{NAME} %{VERSION} %{ARCH} %{LICENSE} %{BUILDHOST} %{BUILDTIME} [%{RECOMMENDNAME},]"
	if got, want := run(t, nil, "rpm", "-qp", "--qf", header, rpm), "lsyncgo 1.2.3 x86_64 MIT localhost 1790000000 rsync,openssh-clients,"; got != want {
		t.Errorf("header %q, want %q", got, want)
	}
}

func TestAPK(t *testing.T) {
	t.Parallel()
	f, err := os.Open(one(t, built(t, "1.2.3"), ".apk"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// Control and data are two archives, and only the second has an end.
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	list, texts := archive(t, z)
	var files []string
	for _, line := range list {
		if !strings.Contains(line, " /.") {
			files = append(files, line)
		}
	}
	holds(t, "apk", files, common, []string{"-rwxr-xr-x /etc/init.d/lsyncgo"})
	if slices.ContainsFunc(list, func(line string) bool { return strings.Contains(line, "systemd/system") }) {
		t.Error("apk: there are units for systemd")
	}
	for script, file := range map[string]string{"/.post-install": "postinstall.sh", "/.pre-deinstall": "preremove-openrc.sh", "/.post-deinstall": "postremove.sh"} {
		if texts[script] != content(t, file) {
			t.Errorf("%s is not %s", script, file)
		}
	}
	for _, line := range []string{"pkgname = lsyncgo", "pkgver = 1.2.3", "arch = x86_64", "depend = rsync"} {
		if !strings.Contains(texts["/.PKGINFO"], line+"\n") {
			t.Errorf("apk: no line %q:\n%s", line, texts["/.PKGINFO"])
		}
	}
}

func TestTarball(t *testing.T) {
	t.Parallel()
	f, err := os.Open(one(t, built(t, "1.2.3"), ".tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := archive(t, z)
	var files []string
	for _, line := range list {
		below := strings.Replace(line, " /lsyncgo-1.2.3-linux-amd64/", " /", 1)
		if below == line {
			t.Errorf("%s is not below the one directory of the archive", line)
		}
		files = append(files, below)
	}
	holds(t, "tar.gz", files, common[:1], common[2:], withSystemd, []string{"-rwxr-xr-x /etc/init.d/lsyncgo"})
}

// Two builds make the same bytes, though the place, the time zone, the locale and the umask are other ones.
func TestReproducible(t *testing.T) {
	t.Parallel()
	first, second := built(t, "1.2.3"), t.TempDir()
	run(t, append(making("1.2.3", second), "TMPDIR="+t.TempDir(), "TZ=Asia/Tokyo", "LC_ALL=C.UTF-8"),
		"sh", append([]string{"-c", `umask 077 && ./build.sh amd64 "$@"`, "sh"}, formats...)...)
	for _, format := range formats {
		a, b := one(t, first, "."+format), one(t, second, "."+format)
		if content(t, a) != content(t, b) {
			t.Errorf("%s and %s differ", a, b)
		}
	}
}
