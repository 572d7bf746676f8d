#!/bin/sh
# Makes every package twice and says so if they are not the same bytes, has lintian look at them, and tries the one for this machine.
set -eu
cd "$(dirname "$0")"
: "${PACKAGES:=../../dist}"
again=$(mktemp -d)
trap 'rm -rf "$again"' EXIT
rm -rf "$PACKAGES"
for arch in amd64 arm64; do
	PACKAGES=$PACKAGES ./build.sh "$arch" deb rpm apk tar.gz
	PACKAGES=$again ./build.sh "$arch" deb rpm apk tar.gz
done
for file in "$again"/*; do
	cmp "$file" "$PACKAGES/${file##*/}"
done
(cd "$PACKAGES" && rm -f SHA256SUMS && sha256sum -- * >SHA256SUMS && cat SHA256SUMS)
# Go's programs are static, and the project has no address for mail.
lintian --fail-on error --suppress-tags statically-linked-binary,bogus-mail-host,bogus-mail-host-in-debian-changelog "$PACKAGES"/*.deb
./try.sh "$PACKAGES"/*"$(dpkg --print-architecture)".deb
