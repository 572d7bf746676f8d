package monitortest

import (
	"strings"
	"testing"

	"lsyncgo/engine/monitor"
)

var scripts = []script{
	{"file", "", []step{
		{"write f one", "Create f"},
		{"write f three", "Modify f"},
		{"append f x", "Modify f"},
		{"chmod 600 f", "Attrib f"},
		{"rm f", "Delete f"},
		{"write f again", "Create f"},
	}},
	{"directory", "", []step{
		{"mkdir d", "Create d/"},
		{"write d/f one", "Create d/f"},
		{"chmod 700 d", "Attrib d/"},
		{"mkdir d/e", "Create d/e/"},
		{"write d/e/g one", "Create d/e/g"},
		{"rm d/e/g; rm d/e", "Delete d/e/g; Delete d/e/"},
		{"rmr d", "Delete d/f; Delete d/"},
	}},
	{"what is there is not news", "mkdir d/e; write d/e/f one", []step{
		{"", ""},
		{"append d/e/f two", "Modify d/e/f"},
	}},
	{"rename file", "write a one; mkdir d", []step{
		{"mv a b", "Move a -> b"},
		{"mv b d/a", "Move b -> d/a"},
		{"write t two; mv t d/a", "Create t; Move t -> d/a"},
	}},
	{"rename directory", "mkdir a/b/c; write a/b/f one; mkdir z", []step{
		{"mv a x", "Move a/ -> x/"},
		{"write x/b/f two", "Modify x/b/f"},
		{"write x/b/c/g one", "Create x/b/c/g"},
		{"mv x/b z/y", "Move x/b/ -> z/y/"},
		{"append z/y/c/g two", "Modify z/y/c/g"},
		{"mkdir x/b", "Create x/b/"},
		{"write x/b/f three", "Create x/b/f"},
		{"append z/y/f three", "Modify z/y/f"},
	}},
	{"there and back", "mkdir a; write a/f one; write p one", []step{
		{"mv a b", "Move a/ -> b/"},
		{"mv b a", "Move b/ -> a/"},
		{"append a/f two", "Modify a/f"},
		{"mv p q; mv q p", "Move p -> q; Move q -> p"},
	}},
	{"moved out", "mkdir d/e; write d/e/f one; write g one", []step{
		{"mv g ../g", "Delete g"},
		{"mv d ../d", "Delete d/"},
		{"write ../d/e/f two; write ../d/h one", ""},
		{"mkdir d/e", "Create d/; Create d/e/"},
		{"write d/e/f three", "Create d/e/f"},
	}},
	{"moved in", "mkdir ../d/e; write ../d/e/f one; write ../g one", []step{
		{"mv ../g g", "Create g"},
		{"mv ../d d", "Create d/; Create d/e/; Create d/e/f"},
		{"append d/e/f two", "Modify d/e/f"},
	}},
	{"links", "write f one; mkdir d", []step{
		{"symlink f l", "Create l"},
		{"symlink d dl", "Create dl"},
		{"write d/g one", "Create d/g"},
		{"ln f h", "Create h"},
		{"rm h", "Delete h"},
		{"rm dl", "Delete dl"},
	}},
	{"another kind", "write a one; mkdir b", []step{
		{"rm a", "Delete a"},
		{"mkdir a", "Create a/"},
		{"write a/f one", "Create a/f"},
		{"rm b", "Delete b/"},
		{"write b one", "Create b"},
	}},
	{"empty directory overwritten", "mkdir a/b; mkdir c; write a/b/f one", []step{
		{"mv a c", "Move a/ -> c/"},
		{"append c/b/f two", "Modify c/b/f"},
	}},
	// From here on so fast that only the end is certain.
	{"new tree at once", "", []step{
		{"mkdir a/b/c/d/e; write a/b/c/d/e/f one; write a/b/g one; mkdir a/b/h", ""},
		{"write a/b/c/d/e/f two; write a/b/h/i one", ""},
	}},
	{"name taken again", "", []step{
		{"mkdir a/1; mv a b; mkdir a/2; write b/1/f one; write a/2/f one", ""},
		{"mkdir c/1; mv c d; mkdir c/2; mv c e; mkdir c/3; write c/3/f one; write e/2/f one; write d/1/f one", ""},
		{"rmr c; mkdir c/3; write c/3/f two; rmr c; mkdir c/4; write c/4/f one", ""},
		{"append b/1/f two; append a/2/f two; append c/4/f two; append e/2/f two; append d/1/f two", ""},
	}},
	{"new directory moved on", "mkdir x; mkdir y", []step{
		{"mkdir x/a/b/c; mv x/a y/a; write y/a/b/c/f one; mv y z; mkdir y/a/b; write y/a/b/f one", ""},
		{"write z/a/b/c/f two; write y/a/b/f two", ""},
	}},
}

func (c script) play(t *testing.T, open func(*testing.T) monitor.Monitor, p Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	run(t, r.Path, c.setup)
	s.Watch(r)
	exact := p.Exact
	for _, st := range c.steps {
		if st.want == "" && st.do != "" && !strings.HasPrefix(st.do, "write ../") {
			exact = false
		}
	}
	for _, st := range c.steps {
		run(t, r.Path, st.do)
		if exact {
			s.compare(st.want)
		}
		s.Equal()
		s.Take()
	}
}
