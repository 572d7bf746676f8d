//go:build !unix

package processors

import "time"

func processorTime() (time.Duration, bool) { return 0, false }
