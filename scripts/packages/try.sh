#!/bin/sh
# Installs the .deb of this architecture on a fresh Debian below TMPDIR, with the package manager and everything that belongs to
# it, has the program check a config there, and removes it again: try.sh lsyncgo.deb. It needs root, debootstrap and a Debian mirror.
set -eu

deb=$(readlink -f "$1")
: "${RELEASE:=bookworm}"
root=$(mktemp -d)
trap 'umount "$root/proc" 2>/dev/null; rm -rf --one-file-system "$root"' EXIT
in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

debootstrap --variant=minbase "$RELEASE" "$root" >"$root.log" || { cat "$root.log" && rm -f "$root.log" && exit 1; }
rm -f "$root.log"
# Watches are placed by descriptor, which takes /proc.
mount -t proc proc "$root/proc"
cp "$deb" "$root/tmp/lsyncgo.deb"
in_root apt-get install -y -qq --no-install-recommends /tmp/lsyncgo.deb
mkdir -p "$root/srv/source" "$root/srv/target"
echo 'sync { default.direct, source = "/srv/source", target = "/srv/target" }' >"$root/etc/lsyncd/lsyncd.conf.lua"
echo file >"$root/srv/source/file"
in_root lsyncgo check /etc/lsyncd/lsyncd.conf.lua
in_root lsyncgo -nodaemon -onepass /etc/lsyncd/lsyncd.conf.lua
cmp "$root/srv/source/file" "$root/srv/target/file"
in_root lsyncd --version # by the alternatives
in_root apt-get remove -y -qq lsyncgo
if [ -e "$root/usr/bin/lsyncgo" ] || [ -L "$root/usr/bin/lsyncd" ] || [ ! -f "$root/etc/lsyncd/lsyncd.conf.lua" ] || [ ! -f "$root/etc/default/lsyncgo" ]; then
	echo "after the removal something is left, or a config is gone" >&2
	exit 1
fi
in_root apt-get purge -y -qq lsyncgo
[ -f "$root/etc/lsyncd/lsyncd.conf.lua" ] && [ ! -e "$root/etc/default/lsyncgo" ]
echo "installed, run, removed and purged on $RELEASE"
