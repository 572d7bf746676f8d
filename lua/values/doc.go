// Package values reads Lua values and says what they are: as text for logs and messages, as a number, a size or a flag that a
// key takes, and how tables inherit from each other. It knows no config and no sync.
package values
