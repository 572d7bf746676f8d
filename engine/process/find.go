package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
)

var packages = map[string]string{
	"rsync": "rsync", "rsync-ssl": "rsync", "rclone": "rclone", "unison": "unison",
	"ssh": "openssh-client", "scp": "openssh-client", "sftp": "openssh-client", "ssh-keygen": "openssh-client",
	"autossh": "autossh", "sshpass": "sshpass", "curl": "curl", "wget": "wget",
	"cp": "coreutils", "mv": "coreutils", "rm": "coreutils", "nice": "coreutils", "timeout": "coreutils",
	"ionice": "util-linux", "flock": "util-linux", "find": "findutils", "xargs": "findutils",
	"bash": "bash", "zsh": "zsh", "python3": "python3", "perl": "perl", "git": "git",
	"gzip": "gzip", "xz": "xz-utils", "zstd": "zstd", "tar": "tar", "convert": "imagemagick", "ffmpeg": "ffmpeg",
}

// Package returns the name of the package that has binary (a name or a path), as
// Debian calls it, or "" if it is not known.
func Package(binary string) string { return packages[filepath.Base(binary)] }

// Find returns the path of binary: itself if it holds a slash, else the first of
// that name in PATH. The error names the binary and, if known, the package to install.
func Find(binary string) (path string, err error) {
	path, err = exec.LookPath(binary)
	if err != nil {
		return "", explain(binary, err)
	}
	return path, nil
}

// explain makes of a failed search or start an error with a remedy.
func explain(binary string, err error) error {
	name := quote(binary)
	if e := (*exec.Error)(nil); errors.As(err, &e) {
		err = e.Err // its text repeats the name
	}
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		err = e.Err // so does this
	}
	switch pkg := Package(binary); {
	case errors.Is(err, exec.ErrDot):
		return fmt.Errorf("start %s: it is in the current directory only; write ./%s if that is meant: %w", name, name, err)
	case !errors.Is(err, exec.ErrNotFound) && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("start %s: %w", name, err)
	case pkg != "":
		return fmt.Errorf("start %s: %w; install the package %s", name, err, pkg)
	case strings.Contains(binary, "/"):
		return fmt.Errorf("start %s: %w; install it or correct its path", name, err)
	default:
		return fmt.Errorf("start %s: %w; install it or give its full path", name, err)
	}
}
