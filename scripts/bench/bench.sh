#!/bin/sh
# Benchmarks: the Go ones, then lsyncgo beside Debian's lsyncd in one run of the
# driver, where there is one. Arguments go to the driver, for example
#   scripts/bench/bench.sh --scenario pending --sizes pending=1000,4000 --reps 1
# BENCH (a regular expression, default .) chooses Go benchmarks, BENCH=- none.
set -eu
cd "$(dirname "$0")/../.."

if [ "${BENCH:=.}" != - ]; then
	go test -run='^$' -bench="$BENCH" -benchmem ./engine/delay ./engine/core ./engine/monitor/... ./lua/...
fi

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
CGO_ENABLED=0 go build -o "$build/lsyncgo" ./cmd/lsyncgo

# TASKS (a regular expression, default .) chooses measurements of tasks, TASKS=- none.
if [ "${TASKS:=.}" != - ]; then
	go run ./scripts/bench/tasks -lsyncgo "$build/lsyncgo" -run "$TASKS" -workdir "$build"
fi

driver=../shared/bench/livesync_bench.py
if [ ! -f "$driver" ]; then
	echo "bench: no $driver: no comparison with lsyncd" >&2
	exit 0
fi

sh scripts/deps.sh bench
python3 "$driver" --engine lsyncd="$(command -v lsyncd)" --engine lsyncgo="$build/lsyncgo" "$@"
