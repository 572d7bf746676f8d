package main

import "strings"

// nearest returns the word that name is a likely slip of, or "".
func nearest(name string, words []string) string {
	best, found := 3, ""
	for _, w := range words {
		d := distance(strings.ToLower(name), strings.ToLower(w))
		if d < best && d < len(w)-1 {
			best, found = d, w
		}
	}
	return found
}

// distance is the number of letters to change, add or leave out.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
