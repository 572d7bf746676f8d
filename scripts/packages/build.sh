#!/bin/sh
# Makes the packages of one architecture: build.sh ARCH FORMAT... with ARCH as Go calls it, and deb, rpm, apk or tar.gz, into
# the directory PACKAGES. Two runs make the same bytes, whenever and wherever they run.
# BINARY is taken instead of a built one, and VERSION instead of that in the file: the tests make packages so.
set -eu
umask 022

arch=$1
shift
top=$(cd "$(dirname "$0")/../.." && pwd)
: "${GO:=go}" "${PACKAGES:=$top/dist}"
version=${VERSION:-$(cat "$top/VERSION")}
# The time of the commit is that of every file in the packages.
: "${SOURCE_DATE_EPOCH:=$(git -C "$top" log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH VERSION="$version" ARCH="$arch" LC_ALL=C TZ=UTC
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$PACKAGES"
PACKAGES=$(cd "$PACKAGES" && pwd)

build() { # GOARCH FILE
	(cd "$top" && CGO_ENABLED=0 GOOS=linux GOARCH=$1 $GO build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$version" -o "$2" ./cmd/lsyncgo)
}

put() { # MODE FILE DESTINATION
	mkdir -p "$stage/$(dirname "$3")"
	install -m "$1" "$2" "$stage/$3"
}

# The licences of what is built in ask to be passed on with it.
licenses() {
	(cd "$top" && GOOS=linux GOARCH=$arch $GO list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/lsyncgo) | sort -u |
		while read -r path number dir; do
			printf '\n%s\n%s %s\n\n' "----" "$path" "$number"
			cat "$dir"/LICENSE*
		done
	printf '\n----\nThe Go programming language\n\n'
	cat "$($GO env GOROOT)/LICENSE"
}

# What the program itself prints of its commands. It has to be one that runs here.
manual() {
	speaking=$binary
	if [ "$arch" != "$($GO env GOHOSTARCH)" ] && [ -z "${BINARY:-}" ]; then
		speaking=$stage/speaking
		build "$($GO env GOHOSTARCH)" "$speaking"
	fi
	for dir in man/man8 bash-completion/completions zsh/site-functions fish/vendor_completions.d; do
		mkdir -p "$stage/usr/share/$dir"
	done
	"$speaking" man | gzip -9n >"$stage/usr/share/man/man8/lsyncgo.8.gz"
	"$speaking" completion bash >"$stage/usr/share/bash-completion/completions/lsyncgo"
	"$speaking" completion zsh >"$stage/usr/share/zsh/site-functions/_lsyncgo"
	"$speaking" completion fish >"$stage/usr/share/fish/vendor_completions.d/lsyncgo.fish"
	rm -f "$stage/speaking"
}

# The tree as it is to be on a machine.
fill() {
	doc=usr/share/doc/lsyncgo
	put 755 "$binary" usr/bin/lsyncgo
	for file in README.md SECURITY.md docs/*.md; do
		put 644 "$top/$file" "$doc/$file"
	done
	put 644 "$top/LICENSE" "$doc/copyright"
	printf '\nThe licences of what is built into the program are in %s.\n' "/$doc/built-in-licenses" >>"$stage/$doc/copyright"
	licenses >"$stage/$doc/built-in-licenses"
	manual
	put 644 "$top/CHANGELOG.md" "$doc/CHANGELOG.md"
	# Debian wants one in a form of its own.
	printf 'lsyncgo (%s) unstable; urgency=medium\n\n  * What is new is in CHANGELOG.md.\n\n -- The lsyncgo authors <lsyncgo@localhost>  %s\n' \
		"$version" "$(date -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$stage/$doc/changelog.gz"
	for file in scripts/examples/* scripts/systemd/lsyncgo.service.d/* scripts/init.d/lsyncgo; do
		put 644 "$top/$file" "$doc/$file"
	done
	put 644 "$top/scripts/systemd/lsyncgo.service" usr/lib/systemd/system/lsyncgo.service
	put 644 "$top/scripts/systemd/lsyncgo@.service" usr/lib/systemd/system/lsyncgo@.service
	put 644 "$top/scripts/systemd/lsyncgo.catalog" usr/lib/systemd/catalog/lsyncgo.catalog
	put 644 "$top/scripts/packages/sysctl.conf" usr/lib/sysctl.d/60-lsyncgo.conf
	put 644 "$top/scripts/packages/default" etc/default/lsyncgo
	put 644 "$top/scripts/logrotate/lsyncgo" etc/logrotate.d/lsyncgo
	put 755 "$top/scripts/openrc/lsyncgo" etc/init.d/lsyncgo
	mkdir "$stage/scripts"
	cp "$top"/scripts/packages/*.sh "$stage/scripts"
	find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}
cd "$top"
binary=${BINARY:-}
if [ -z "$binary" ]; then
	binary=$stage/built
	build "$arch" "$binary"
fi
fill
rm -f "$stage/built"
# The tool runs in the tree, where there is no go.mod.
nfpm=$($GO tool -n -modfile="$top/scripts/tools/go.mod" nfpm)
for format in "$@"; do
	case $format in
	tar.gz)
		name=lsyncgo-$version-linux-$arch
		tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --exclude=./scripts \
			--transform "s,^\./,$name/," -cf - ./usr ./etc | gzip -9n >"$PACKAGES/$name.tar.gz"
		;;
	*) (cd "$stage" && "$nfpm" package --config "$top/scripts/packages/nfpm.yaml" --packager "$format" --target "$PACKAGES" >/dev/null) ;;
	esac
done
