package logging

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The categories that the engine logs to. Scripts may use others.
const (
	Error  = "Error"
	Warn   = "Warn"
	Normal = "Normal"
)

// known are the categories that users may name besides All and Scarce; any other
// capitalised word is one of a script's own.
var known = []string{"Alarm", "Debug", "Delay", "Exclude", "Exec", "Filter", "Function", "FWrite",
	"Info", "Inotify", "Masterloop", "Statusfile", "Task", "Tunnel"}

// categories says which categories are on. It does not change after parsing.
type categories struct {
	all bool
	on  map[string]bool
}

// parseCategories reads what -log was given, in order: "all" turns everything on,
// "scarce" everything but warnings and errors off, a category itself on.
func parseCategories(args []string) (categories, error) {
	c := categories{on: map[string]bool{Error: true, Warn: true, Normal: true}}
	for _, arg := range args {
		switch {
		case arg == "all":
			c.all = true
		case arg == "scarce":
			c.all = false
			maps.DeleteFunc(c.on, func(k string, _ bool) bool { return k != Error && k != Warn })
		case isCategory(arg):
			c.on[arg] = true
		default:
			return c, fmt.Errorf("log category %q: it is none of all, scarce, Normal, Warn, Error, %s, or another word that starts with a capital%s",
				arg, strings.Join(known, ", "), suggestion(arg))
		}
	}
	return c, nil
}

func suggestion(arg string) string {
	every := append(slices.Clone(known), Error, Warn, Normal, "all", "scarce")
	if i := slices.IndexFunc(every, func(k string) bool { return strings.EqualFold(k, arg) }); i >= 0 {
		return fmt.Sprintf("; %s is meant?", every[i])
	}
	return ""
}

func (c categories) enabled(category string) bool { return c.all || c.on[category] }

// isCategory reports whether s is a capitalised word.
func isCategory(s string) bool {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
}
