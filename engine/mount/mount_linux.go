package mount

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// File is where the kernel shows the mounts. Who polls it is woken when they change.
const File = "/proc/self/mountinfo"

// Table returns all mounts, the oldest first. It asks no file system, so it does not wait for one that is
// away. The error is that of reading the kernel's table.
func Table() ([]Point, error) {
	text, err := os.ReadFile(File)
	if err != nil {
		return nil, fmt.Errorf("read the table of mounts: %w", err)
	}
	return parse(text), nil
}

func parse(text []byte) (list []Point) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), " ")
		if len(fields) < 5 {
			continue
		}
		if id, err := strconv.ParseUint(fields[0], 10, 64); err == nil {
			list = append(list, Point{Mount{ID: id, What: what(fields)}, unescape(fields[4])})
		}
	}
	return list
}

// what leaves out the options, which a remount changes. The type and the source come after a dash.
func what(fields []string) string {
	if dash := slices.Index(fields, "-"); dash >= 0 {
		return strings.Join(slices.Concat(fields[2:4], fields[dash+1:min(dash+3, len(fields))]), " ")
	}
	return strings.Join(fields[2:4], " ")
}

// unescape puts back what the table writes as an octal number: blanks, newlines and backslashes.
func unescape(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, `\`)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		text = rest
		if n, err := strconv.ParseUint(rest[:min(3, len(rest))], 8, 8); err == nil && len(rest) >= 3 {
			b.WriteByte(byte(n))
			text = rest[3:]
		} else {
			b.WriteByte('\\')
		}
	}
}

// look reports whether path is the top of what is mounted there, and the mount's unique number. A symbolic link is not
// followed. Kernels before 5.8 do not tell, and nobody who may not look at path knows.
func look(path string) (is, known bool, unique uint64) {
	return root(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT|unix.AT_STATX_DONT_SYNC)
}

// IsFD reports the same of an open directory.
func IsFD(fd int) (is, known bool) {
	is, known, _ = root(fd, "", unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC)
	return is, known
}

func root(fd int, path string, flags int) (is, known bool, unique uint64) {
	var st unix.Statx_t
	if err := unix.Statx(fd, path, flags, unix.STATX_MNT_ID_UNIQUE, &st); err != nil {
		return false, err == unix.ENOENT || err == unix.ENOTDIR, 0
	}
	if st.Mask&unix.STATX_MNT_ID_UNIQUE != 0 {
		unique = st.Mnt_id
	}
	return st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0, st.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0, unique
}
