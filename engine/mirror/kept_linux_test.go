//go:build linux && !portable

package mirror_test

import "lsyncgo/engine/fsat/treetest"

// kept is what equal means here: everything.
var kept = treetest.Options{}
