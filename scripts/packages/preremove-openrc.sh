#!/bin/sh
# Before apk removes the files; it runs this at no other time.
if command -v rc-service >/dev/null 2>&1; then
	rc-service --ifstarted lsyncgo stop
	rc-update --all delete lsyncgo >/dev/null 2>&1
fi
exit 0
