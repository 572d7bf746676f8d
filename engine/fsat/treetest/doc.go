// Package treetest makes trees, changes them at random and compares them,
// for tests of everything that keeps two trees equal.
package treetest
