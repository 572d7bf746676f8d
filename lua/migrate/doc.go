// Package migrate says what is not as with Lsyncd. Table is the one list of it: `lsyncgo check` asks which of it a config
// notices (Notes), docs/differences.md is written from it, and scripts/conformance proves a part of it.
package migrate
