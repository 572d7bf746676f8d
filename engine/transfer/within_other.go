//go:build !linux || portable

package transfer

// Directories below a root hold no descriptor here.

func maxOpen() int { return 1 << 20 }

func takeDirs(int64) bool { return true }
func giveDirs(int64)      {}

// within calls f with the directory name of d.
func (d *dir) within(name string, f func(sub *dir) error) error {
	sub, err := d.sub(name)
	if err != nil {
		return err
	}
	defer sub.close()
	return f(sub)
}

func (d *dir) leave() error    { return nil }
func (d *dir) back(*dir) error { return nil }
func (d *dir) away() bool      { return false }
