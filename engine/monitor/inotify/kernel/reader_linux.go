package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Record is one event as the kernel wrote it.
type Record struct {
	WD     int32
	Mask   uint32 // 0: already used up by its partner
	Cookie uint32
	Name   string
	At     time.Time // when it was read
	Mark   any       // what Reader.Mark was given, instead of all else
}

// readBuffer is what one read returned.
type readBuffer struct {
	data []byte
	at   time.Time
	mark any // instead of data
}

// Reader is one inotify instance. It keeps what was read from the kernel until the owner comes for it. It is the
// one place with a lock: the reading goroutine and the owner both read, the owner to learn whether
// anything at all is left, which only the one who reads can know.
type Reader struct {
	file *os.File
	conn syscall.RawConn
	fd   int // of file, valid until Close
	wake chan struct{}

	slack    atomic.Int64  // how long Run waits for more, a time.Duration
	slackMax time.Duration // as long as the kernel's queue cannot overflow meanwhile

	mu    sync.Mutex // guards all below and the order of reads
	reads []readBuffer
	buf   []byte
}

// Open makes an instance. The error names the sysctl if there are too many.
func Open() (*Reader, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		if errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) {
			return nil, fmt.Errorf("start inotify: %w: raise the sysctl fs.inotify.max_user_instances (now %s) or the limit of open files (ulimit -n)",
				err, Sysctl("max_user_instances"))
		}
		return nil, fmt.Errorf("start inotify: %w", err)
	}
	r := &Reader{
		// The runtime's poller waits for the descriptor: no thread is blocked in a
		// read, and closing the file ends the wait.
		file: os.NewFile(uintptr(fd), "inotify"),
		fd:   fd,
		wake: make(chan struct{}, 1),
		buf:  make([]byte, 64<<10),

		slackMax: slackFor(Sysctl("max_queued_events")),
	}
	if r.conn, err = r.file.SyscallConn(); err != nil {
		r.file.Close()
		return nil, fmt.Errorf("start inotify: %w", err)
	}
	return r, nil
}

// Run empties the kernel's queue whenever there is something in it. It returns after Close.
func (r *Reader) Run() {
	p := pace{longest: r.slackMax}
	_ = r.conn.Read(func(uintptr) bool { // the only error is that the file was closed
		p.wait(r.Slack())
		reads, records := 0, 0
		for n := r.fill(); n > 0; n = r.fill() {
			reads++
			records += n
		}
		p.brought(reads, records)
		return false // wait until the kernel has more
	})
}

// SetSlack says how long after an event Run may take to read it; it takes no longer than the kernel's queue is sure
// to last. Any goroutine may call it.
func (r *Reader) SetSlack(d time.Duration) { r.slack.Store(int64(min(d, r.slackMax))) }

// Slack is what SetSlack has set.
func (r *Reader) Slack() time.Duration { return time.Duration(r.slack.Load()) }

// Wake has a value after something was read, or after Signal.
func (r *Reader) Wake() <-chan struct{} { return r.wake }

// Signal wakes the owner, who has left something behind.
func (r *Reader) Signal() {
	select {
	case r.wake <- struct{}{}:
	default: // the owner has not yet seen the last one
	}
}

// Close ends Run.
func (r *Reader) Close() { r.file.Close() }

// Empty reports whether everything that has happened so far was taken.
func (r *Reader) Empty() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.reads) == 0 && r.fillLocked() == 0
}

// maxMarked bounds the reads before a mark: in a storm the kernel is never out of events. Its queue does not hold as many.
const maxMarked = 64

// Mark puts m, which is not nil, behind the records of everything that has happened so far. It may not be called after Close.
func (r *Reader) Mark(m any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range maxMarked {
		if r.fillLocked() == 0 {
			break
		}
	}
	r.reads = append(r.reads, readBuffer{at: time.Now(), mark: m})
	r.Signal()
}

// FD is the instance's descriptor, valid until Close.
func (r *Reader) FD() int { return r.fd }

// Hold keeps the reader from the kernel's queue until release is called, as a machine
// without time for this process would.
func (r *Reader) Hold() (release func()) {
	r.mu.Lock()
	return sync.OnceFunc(r.mu.Unlock)
}

// Watch asks for the events in mask of the file at path, which ends in a zero byte. The same
// file has the same descriptor as long as it is watched.
func (r *Reader) Watch(path []byte, mask uint32) (wd int32, err error) {
	for {
		wd, _, errno := unix.Syscall(unix.SYS_INOTIFY_ADD_WATCH, uintptr(r.fd), uintptr(unsafe.Pointer(&path[0])), uintptr(mask))
		switch errno {
		case 0:
			return int32(wd), nil
		case unix.EINTR:
		default:
			return -1, errno
		}
	}
}

// WatchOpen is Watch for the file that is open at fd. A path could by now lead to
// another file than the one that was opened, and the contents of one be taken for
// those of the other.
func (r *Reader) WatchOpen(fd int, mask uint32) (wd int32, err error) {
	var buf [32]byte
	path := append(strconv.AppendInt(append(buf[:0], "/proc/self/fd/"...), int64(fd), 10), 0)
	return r.Watch(path, mask)
}

// Unwatch ends a watch; its last event is IN_IGNORED.
func (r *Reader) Unwatch(wd int32) {
	// Fails if the file is deleted, which has ended the watch.
	_, _ = unix.InotifyRmWatch(r.fd, uint32(wd))
}

// fill takes over one read's worth from the kernel, and returns how many records that is.
func (r *Reader) fill() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fillLocked()
}

func (r *Reader) fillLocked() (records int) {
	for {
		// It does not block, so Go's scheduler is not told, which would wake a thread to see to it.
		n, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(r.fd), uintptr(unsafe.Pointer(unsafe.SliceData(r.buf))), uintptr(len(r.buf)))
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 || n == 0 {
			return 0
		}
		r.reads = append(r.reads, readBuffer{data: append([]byte(nil), r.buf[:n]...), at: time.Now()})
		r.Signal() // also when the owner reads: it may do so to look, not to take
		for at := 0; at < int(n); at += recordSize(r.buf[at:]) {
			records++
		}
		return records
	}
}

// take appends the records of the next read to list. False means that neither
// the reader nor the kernel had anything.
func (r *Reader) take(list []Record) ([]Record, bool) {
	r.mu.Lock()
	if len(r.reads) == 0 && r.fillLocked() == 0 {
		r.mu.Unlock()
		return list, false
	}
	first := r.reads[0]
	r.reads[0] = readBuffer{}
	r.reads = r.reads[1:]
	if len(r.reads) == 0 {
		r.reads = nil
	}
	r.mu.Unlock()
	return first.parse(list), true
}

// header is the size of a record without its name.
const header = unix.SizeofInotifyEvent

// recordSize is the size of the record that data begins with. The kernel writes whole ones.
func recordSize(data []byte) int { return header + int(binary.NativeEndian.Uint32(data[12:])) }

func (b readBuffer) parse(list []Record) []Record {
	if b.mark != nil {
		return append(list, Record{Mark: b.mark, At: b.at})
	}
	for data := b.data; len(data) >= header; {
		size := recordSize(data)
		list = append(list, Record{
			WD:     int32(binary.NativeEndian.Uint32(data)),
			Mask:   binary.NativeEndian.Uint32(data[4:]),
			Cookie: binary.NativeEndian.Uint32(data[8:]),
			Name:   unix.ByteSliceToString(data[header:size]),
			At:     b.at,
		})
		data = data[size:]
	}
	return list
}

// Sysctl reads one of inotify's settings, fs.inotify.NAME, for an error text; "unknown" if it cannot.
func Sysctl(name string) string {
	b, err := os.ReadFile("/proc/sys/fs/inotify/" + name)
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(b))
}
