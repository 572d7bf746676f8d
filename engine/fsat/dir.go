package fsat

// Empty tells whether nothing is in a directory that we have just made: what has the name by now may be another one.
func (d *Dir) Empty() bool {
	list, err := d.List()
	return d.Rewind() == nil && err == nil && len(list) == 0
}

// GrantOwner gives us all rights on the directory name, which cannot be opened without.
func (d *Dir) GrantOwner(name string, have Stat) error {
	x, have, err := d.Pin(name, have)
	if err != nil {
		return err
	}
	defer x.Close()
	return x.Chmod(have.Perm|0o700, have)
}
