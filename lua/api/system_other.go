//go:build !unix

package api

import "os"

// kill ends the process: there are no other signals here.
func kill(pid, _ int) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Kill()
}
