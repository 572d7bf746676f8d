// Package values says what Lua values are, as text for logs and messages, and how tables inherit from each other. It knows
// no config and no sync.
package values
