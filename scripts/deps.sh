#!/bin/sh
# Installs what the given purpose (test, lint, bench) needs and is missing.
# Fails if something cannot be had: a test that silently does not run proves nothing.
set -eu

purpose=$1
missing=""

need() { # COMMAND PACKAGE
	command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"
}

need git git
need make make
case $purpose in
test)
	need gcc gcc # the race detector needs cgo
	need rsync rsync
	need ssh openssh-client
	need sshd openssh-server
	need lua5.3 lua5.3
	need setfattr attr
	need setfacl acl
	need mount mount
	need pkill procps
	need bash bash
	;;
bench)
	need rsync rsync
	need lsyncd lsyncd
	need python3 python3
	;;
esac
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "please install (names as in Debian):$missing" >&2
	exit 1
fi
sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo"
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086 # one word per package
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
