#!/bin/sh
# Mirrors a small tree that it makes itself, in the foreground: lsyncgo at work.
set -eu
binary=$1
demo=${TMPDIR:-/tmp}/lsyncgo-demo-$(id -u)

mkdir -p "$demo/source/notes" "$demo/target"
[ -e "$demo/source/hello.txt" ] || echo "hello" >"$demo/source/hello.txt"
[ -e "$demo/source/notes/todo.txt" ] || echo "try lsyncgo" >"$demo/source/notes/todo.txt"
cat >"$demo/demo.lua" <<LUA
settings { nodaemon = true }

sync {
	default.direct,
	source = "$demo/source",
	target = "$demo/target",
	delay  = 1,
}
LUA

cat <<TEXT
lsyncgo mirrors $demo/source
             to $demo/target

In another terminal, change something, wait a second, and look:

    echo "and again" >> $demo/source/hello.txt
    cat $demo/target/hello.txt

Ctrl-C ends it.

TEXT
# Ctrl-C is how it ends, so make shall not call that an error.
trap : INT
status=0
"$binary" "$demo/demo.lua" || status=$?
[ "$status" -eq 130 ] || exit "$status"
