//go:build !linux || portable

package fsat

// Directories below a root hold no descriptor here.

func MaxOpen() int { return 1 << 20 }

func ReserveDirs(int64) bool { return true }

// ReleaseDirs gives back what ReserveDirs has taken.
func ReleaseDirs(int64) {}

// Within calls f with the directory name of d.
func (d *Dir) Within(name string, f func(sub *Dir) error) error {
	sub, err := d.OpenDir(name)
	if err != nil {
		return err
	}
	defer sub.Close()
	return f(sub)
}

func (d *Dir) Suspend() error    { return nil }
func (d *Dir) Resume(*Dir) error { return nil }
func (d *Dir) Lost() bool        { return false }
