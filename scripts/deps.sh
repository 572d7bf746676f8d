#!/bin/sh
# Installs what the given purpose (test, churn, lint, conformance, bench, packages) needs and is missing.
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
churn)
	need mkfs.ext4 e2fsprogs
	need losetup mount
	;;
esac
case $purpose in
test | churn)
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
	need busybox busybox
	need dash dash
	need fish fish
	need mandoc mandoc
	need mksh mksh
	need tcsh tcsh
	need zsh zsh
	need dpkg dpkg
	need rpm rpm
	need systemd-analyze systemd
	;;
lint)
	need shellcheck shellcheck
	;;
packages)
	need dpkg dpkg
	need lintian lintian
	need debootstrap debootstrap
	;;
conformance)
	need rsync rsync
	need lsyncd lsyncd
	;;
bench)
	need rsync rsync
	need lsyncd lsyncd
	need python3 python3
	;;
esac
sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo"

install() { # PACKAGE...
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "please install (names as in Debian): $*" >&2
		exit 1
	fi
	echo "installing: $*"
	export DEBIAN_FRONTEND=noninteractive
	# An installation that was cut off on this machine makes apt refuse all others.
	$sudo dpkg --configure -a >/dev/null
	$sudo apt-get -o Acquire::Retries=3 update -qq
	$sudo apt-get -o Acquire::Retries=3 install -y -qq --no-install-recommends "$@" >/dev/null
}

registered() { # prints the versions of rsync that the package registry has, the newest first
	apt-cache madison rsync 2>/dev/null | awk -F ' *[|] *' '/Packages$/ { print $2 }'
}

# Two versions of rsync differ in what they delete, and how they say so. The
# oldest and the newest of the registry are put into a cache of their own, and
# the file rsyncs there lists what the tests have to run with.
fetch_rsyncs() {
	cache=${XDG_CACHE_HOME:-$HOME/.cache}/lsyncgo
	mkdir -p "$cache"
	list=""
	if command -v apt-get >/dev/null 2>&1; then
		[ -n "$(registered)" ] || $sudo apt-get -o Acquire::Retries=3 update -qq
		for version in $(registered | sed -n '$p') $(registered | sed -n 1p); do
			binary=$cache/rsync-$version/usr/bin/rsync
			[ -x "$binary" ] || unpack_rsync "$version"
			case "$list" in *"$binary"*) ;; *) list="$list$binary
" ;; esac
		done
	fi
	case $(printf %s "$list" | wc -l) in
	0)
		echo "no package registry that has versions of rsync: the tests run with the installed one only"
		list="$(command -v rsync)
"
		;;
	1) echo "the package registry has one version of rsync only: the tests run with no other" ;;
	esac
	printf %s "$list" >"$cache/rsyncs.new"
	mv "$cache/rsyncs.new" "$cache/rsyncs"
}

unpack_rsync() { # VERSION
	echo "unpacking rsync $1"
	work=$cache/unpacking-$$
	rm -rf "$work" && mkdir "$work"
	(cd "$work" && apt-get download -qq -o Acquire::Retries=3 -o APT::Sandbox::User=root "rsync=$1" && dpkg -x ./rsync_*.deb tree)
	"$work/tree/usr/bin/rsync" --version >/dev/null
	rm -rf "$cache/rsync-$1"
	mv "$work/tree" "$cache/rsync-$1"
	rm -rf "$work"
}

# shellcheck disable=SC2086 # one word per package
[ -z "$missing" ] || install $missing
case $purpose in test | churn) fetch_rsyncs ;; esac
