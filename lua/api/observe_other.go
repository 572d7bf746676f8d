//go:build !unix

package api

import "errors"

func (w *observers) run(*observer) error {
	return errors.New("file descriptors cannot be observed on this system")
}
