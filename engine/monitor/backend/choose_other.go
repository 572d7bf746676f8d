//go:build !linux

package backend

// Choose returns the backend for a root that names none, and why.
func Choose(string) (name, why string) {
	return "notify", "it uses what this system tells of changes"
}
