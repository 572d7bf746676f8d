//go:build !linux || portable

package mirror_test

import "lsyncgo/engine/fsat/treetest"

// kept is what equal means here: what the portable way can keep.
var kept = treetest.Options{NoXattrs: true, NoLinkTimes: true}
