#!/bin/sh
# Gives the module another path: scripts/rename.sh example.org/lsyncgo. The path is what `go install PATH/cmd/lsyncgo` needs.
set -eu

new=${1:-}
go=${GO:-go}
case $new in
"" | /* | */ | *[!A-Za-z0-9._~/-]*)
	echo "say which path the module shall have: make rename MODULE=example.org/lsyncgo" >&2
	exit 1
	;;
esac
cd "$(dirname "$0")/.."
old=$($go list -m)
# Only imports, and what is built by its import path, begin a string with the module's path.
find . -name '*.go' -exec grep -lF "\"$old/" {} + | while read -r file; do
	sed "s#\"$old/#\"$new/#g" "$file" >"$file.new"
	cat "$file.new" >"$file"
	rm "$file.new"
done
for file in .golangci.yml scripts/tools/go.mod; do
	sed "s#\\(pkg: \\|^module \\)$old\\(/\\|,\\)#\\1$new\\2#" "$file" >"$file.new"
	mv "$file.new" "$file"
done
$go mod edit -module "$new"
# Imports are sorted by path.
$go tool -modfile=scripts/tools/go.mod golangci-lint fmt ./... >/dev/null 2>&1 || gofmt -w cmd defaults docs engine lua scripts
$go build ./...
echo "the module is $new now; run make lint test"
