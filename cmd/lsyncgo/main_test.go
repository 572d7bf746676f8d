package main

import (
	"os"
	"testing"

	"lsyncgo/engine/monitor/monitortest"
)

// asProgram makes the test binary be the program, for tests that need processes.
const asProgram = "LSYNCGO_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	monitortest.VerifyMain(m)
}
