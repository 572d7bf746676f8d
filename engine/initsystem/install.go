package initsystem

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"lsyncgo/engine/ownfile"
)

const (
	shebang = "#!/sbin/openrc-run\n"
	mark    = "# Written by lsyncgo install for "
	hashed  = "; what follows has the hash "
)

// ErrChanged is why a service file is kept: somebody has changed it, or it was never ours.
var ErrChanged = errors.New("it was changed since it was installed, or is not ours, and is kept; remove it yourself if you do not want it")

// ErrNotInstalled says that there is no service file to remove.
var ErrNotInstalled = errors.New("no such service is installed")

// commandTime is how long one command of an init system may take: a stop waits for running transfers, as the service files say, five minutes.
const commandTime = 6 * time.Minute

// Path is where the service file is. Root, if it is not empty, is the directory under which the system's root is, as for an image that is being built.
func (s System) Path(root, name string) string { return filepath.Join(root, s.dir, name+s.suffix) }

// Install writes the service file and has the init system read it. It starts nothing. With a root it runs no commands. It writes over
// the file of the same service only if nobody has changed that, and returns the path in any case.
func (s System) Install(ctx context.Context, root string, service Service) (string, error) {
	path := s.Path(root, service.Name)
	if err := service.validate(); err != nil {
		return path, err
	}
	body, err := s.text(service)
	if err != nil {
		return path, err
	}
	switch owner, err := s.installed(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return path, fmt.Errorf("%s: %w", path, err)
	case owner != service.Config:
		return path, fmt.Errorf("%s is the service of %s; choose another name with -name NAME", path, owner)
	}
	if err := s.write(path, service.Config, body); err != nil {
		return path, fmt.Errorf("write %s: %w", path, err)
	}
	if root != "" {
		return path, nil
	}
	return path, carryOut(ctx, s.wrote(service.Name))
}

func (s System) write(path, config, body string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if _, err := ownfile.Replace(path, func(w io.Writer) error {
		_, err := io.WriteString(w, s.sealed(config, body))
		return err
	}); err != nil {
		return err
	}
	return os.Chmod(path, s.mode) // #nosec G302 -- service files are read by all, and OpenRC's are programs
}

// Uninstall stops the service, removes its file unless somebody has changed it, and has the init system forget it. With a
// root it runs no commands. It returns the path of the file in any case.
func (s System) Uninstall(ctx context.Context, root string, service Service) (string, error) {
	path := s.Path(root, service.Name)
	owner, err := s.installed(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, fmt.Errorf("%s: %w", path, ErrNotInstalled)
	case err != nil:
		return path, fmt.Errorf("%s: %w", path, err)
	case owner != service.Config:
		return path, fmt.Errorf("%s is the service of %s; name that config, or choose the service with -name NAME", path, owner)
	}
	if root == "" {
		if err := carryOut(ctx, s.remove(service.Name)); err != nil {
			return path, err
		}
	}
	if err := os.Remove(path); err != nil {
		return path, err
	}
	if root != "" {
		return path, nil
	}
	return path, carryOut(ctx, s.removed(service.Name))
}

// sealed is a service file with the line that tells whether it was changed.
func (s System) sealed(config, body string) string {
	head := ""
	if s.mode&0o111 != 0 {
		head = shebang
	}
	sum := sha256.Sum256([]byte(config + "\n" + body))
	return head + mark + config + hashed + hex.EncodeToString(sum[:]) + "\n" + body
}

// installed returns the config whose service file is at path. The error is ErrChanged if anybody has changed the file.
func (s System) installed(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	text := strings.TrimPrefix(string(data), shebang)
	line, body, _ := strings.Cut(text, "\n")
	line, ok := strings.CutPrefix(line, mark)
	i := strings.LastIndex(line, hashed)
	if !ok || i < 0 || s.sealed(line[:i], body) != string(data) {
		return "", ErrChanged
	}
	return line[:i], nil
}

// carryOut runs commands one after the other, up to the first that fails and must not.
func carryOut(ctx context.Context, all []command) error {
	for _, c := range all {
		ctx, cancel := context.WithTimeout(ctx, commandTime)
		out, err := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...).CombinedOutput() // #nosec G204 -- the names are those of services
		cancel()
		if err != nil && !c.mayFail {
			return fmt.Errorf("%s: %w\n\t%s", strings.Join(c.argv, " "), err, strings.ReplaceAll(strings.TrimSpace(string(out)), "\n", "\n\t"))
		}
	}
	return nil
}
