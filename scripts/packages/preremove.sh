#!/bin/sh
# Before the files are removed, by dpkg (remove) or rpm (0: no version is left). On an upgrade nothing happens.
set -e

case "${1:-}" in
remove | 0) ;;
*) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
	systemctl --no-reload disable --now lsyncgo.service || true
	systemctl stop 'lsyncgo@*.service' || true
fi
if command -v update-alternatives >/dev/null 2>&1; then
	update-alternatives --remove lsyncd /usr/bin/lsyncgo
fi
