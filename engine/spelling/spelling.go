// Package spelling guesses what somebody meant who wrote a name that does not exist.
package spelling

import "strings"

// Nearest returns the known word that name is a likely slip of, "" if none is.
func Nearest(name string, known []string) string {
	best, found := 3, ""
	for _, w := range known {
		d := distance(strings.ToLower(name), strings.ToLower(w))
		if d < best && d < len(w)-1 {
			best, found = d, w
		}
	}
	return found
}

// distance is the number of bytes to change, add or leave out.
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
