#!/bin/sh
# After the files are removed, by dpkg or rpm. What administrators wrote in /etc stays; dpkg removes the package's own
# files there when it purges, and this what the service remembered.
set -e

if [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
fi
if [ "${1:-}" = purge ]; then
	rm -rf /var/lib/lsyncgo /var/lib/lsyncgo-*
	rmdir /etc/lsyncd 2>/dev/null || true # unless configs are there
fi
