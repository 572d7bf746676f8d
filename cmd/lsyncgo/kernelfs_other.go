//go:build !linux

package main

func ofKernel(string) bool { return false }
