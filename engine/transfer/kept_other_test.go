//go:build !linux || portable

package transfer_test

import "lsyncgo/engine/transfer/transfertest"

// kept is what equal means here: what the portable way can keep.
var kept = transfertest.Options{NoXattrs: true, NoLinkTimes: true}
