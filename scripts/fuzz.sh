#!/bin/sh
# Runs every fuzz target of the module for the given time each.
set -eu
time=${1:-1m}
go list -f '{{.ImportPath}}' ./... | while read -r package; do
	go test -list '^Fuzz' "$package" | grep '^Fuzz' | while read -r target; do
		echo "$package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
	done
done
