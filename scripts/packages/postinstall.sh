#!/bin/sh
# After the files of a version are in place, the first or a later one, for dpkg and rpm. Nothing is started that did not run:
# there is no config yet.
set -e

# Scripts and habits that say lsyncd get lsyncgo, unless Lsyncd itself is there: its file is no link, and stays.
if command -v update-alternatives >/dev/null 2>&1 && { [ -L /usr/bin/lsyncd ] || [ ! -e /usr/bin/lsyncd ]; }; then
	update-alternatives --install /usr/bin/lsyncd lsyncd /usr/bin/lsyncgo 10
fi
if command -v journalctl >/dev/null 2>&1; then
	journalctl --update-catalog >/dev/null 2>&1 || true # the log is complete without explanations
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
	# lsyncgo install makes services named lsyncgo-NAME. A stop waits for transfers, which no installation has to.
	systemctl --no-block try-restart lsyncgo.service 'lsyncgo@*.service' 'lsyncgo-*.service' || true
fi
