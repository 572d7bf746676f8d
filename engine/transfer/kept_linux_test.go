//go:build linux && !portable

package transfer_test

import "lsyncgo/engine/transfer/transfertest"

// kept is what equal means here: everything.
var kept = transfertest.Options{}
