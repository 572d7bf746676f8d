package root

import "testing"

// ForgetOpenat2 has a test run as on a system without that call.
func ForgetOpenat2(t *testing.T) {
	noOpenat2 = true
	t.Cleanup(func() { noOpenat2 = false })
}
