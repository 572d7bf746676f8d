// Package shell reads shell commands that hold variables, such as "rm ^targetPathname": it quotes each variable as its
// place needs, and finds what would evaluate the value of one a second time.
//
// Quote replaces variables by positional parameters. The value of a parameter is data to the shell that runs the
// command, whatever it holds, as long as it is quoted; where no quotes help, as in arithmetic, Quote refuses.
//
// Check looks for the places where a value that is data to this shell becomes a command to somebody else: another shell
// (sh -c, eval, ssh, a pipe into sh), an interpreter, an option that names a program. It follows values through
// assignments, output and files within the command, and looks into constant commands of inner shells. It knows programs
// by name: what a program that is not in its tables does with its arguments is that program's business.
//
// The package touches nothing and starts nothing. Both functions are pure.
package shell
