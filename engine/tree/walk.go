package tree

import "iter"

// All yields d, called path, and each directory below it, by its path: parents before children, in no
// other order. Path is empty or ends in a slash. What the caller changes in a directory before it asks for the next one is
// gone into; the pointers stay right as long as it does not replace the Entries of another one.
func (d *Dir) All(path string) iter.Seq2[string, *Dir] {
	type step struct {
		path string
		dir  *Dir
	}
	return func(yield func(string, *Dir) bool) {
		stack := []step{{path, d}}
		for len(stack) > 0 {
			s := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !yield(s.path, s.dir) {
				return
			}
			for i := len(s.dir.Entries) - 1; i >= 0; i-- {
				if e := &s.dir.Entries[i]; e.Below != nil {
					stack = append(stack, step{s.path + e.Name + "/", e.Below})
				}
			}
		}
	}
}
