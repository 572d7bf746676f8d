package filerule

import (
	"fmt"
	"slices"
	"strings"
)

// Rules are tried in order; the first one that matches is taken.
type Rules struct{ list []*rule }

type rule struct {
	number               int
	action               Action
	source               pattern
	dest                 template
	sourceTree, destTree string
	autoCreate           bool
	overwrite, rec       bool
	fileMode, dirMode    Mode
	user, group          Owner
}

// Place is a path in two parts: a directory that the config names, and what comes from the name of a file.
type Place struct {
	// Tree is "/" or an absolute directory without a slash at the end. Links on the way to it are the administrator's.
	Tree string
	// Rel is a path below it, in which nothing may lead out.
	Rel string
}

// Path is the whole path.
func (p Place) Path() string { return strings.TrimSuffix(p.Tree, "/") + "/" + p.Rel }

// Operation is what a rule makes of one path.
type Operation struct {
	Rule              int // from 1
	Action            Action
	Source, Dest      Place // Dest is zero for Delete
	AutoCreate        bool
	Overwrite, Rec    bool
	FileMode, DirMode Mode
	User, Group       Owner
}

// Describe says in a few words what is done.
func (o Operation) Describe() string {
	if o.Action == Delete {
		return string(o.Action) + " " + o.Source.Path()
	}
	return string(o.Action) + " " + o.Source.Path() + " to " + o.Dest.Path()
}

// Destinations are the directories that rules write in, each once.
func (r *Rules) Destinations() (trees []string) {
	for _, rule := range r.list {
		if rule.destTree != "" && !slices.Contains(trees, rule.destTree) {
			trees = append(trees, rule.destTree)
		}
	}
	return trees
}

// Match returns what is to be done with path, which is absolute; ok is false if no rule is for it. The error says that a rule
// matches and makes no destination of it, or that a match took too long: then no other rule is asked, since who
// chooses names would choose the rule.
func (r *Rules) Match(path string) (op Operation, ok bool, err error) {
	for _, rule := range r.list {
		matches, err := rule.source.find(path)
		if err != nil {
			return Operation{}, false, fmt.Errorf("rule %d: match %q: %w", rule.number, path, err)
		}
		if len(matches) == 0 || matches[0][0] != 0 {
			continue
		}
		op, err := rule.operation(path, matches)
		if err != nil {
			return Operation{}, false, fmt.Errorf("rule %d: %s %q: %w", rule.number, rule.action, path, err)
		}
		return op, true, nil
	}
	return Operation{}, false, nil
}

func (r *rule) operation(path string, matches [][]int) (Operation, error) {
	op := Operation{
		Rule: r.number, Action: r.action, Source: placed(r.sourceTree, path), AutoCreate: r.autoCreate, Overwrite: r.overwrite, Rec: r.rec,
		FileMode: r.fileMode, DirMode: r.dirMode, User: r.user, Group: r.group,
	}
	if err := op.Source.inside(); err != nil || r.action == Delete {
		return op, err
	}
	var b strings.Builder
	at := 0
	for _, m := range matches {
		b.WriteString(path[at:m[0]])
		r.dest.expand(&b, path, m)
		at = m[1]
	}
	b.WriteString(path[at:])
	dest := b.String()
	switch {
	case dest == "":
		return op, fmt.Errorf("the destination is empty")
	case dest[0] != '/':
		return op, fmt.Errorf("the destination %q is no absolute path", dest)
	}
	op.Dest = placed(r.destTree, dest)
	return op, op.Dest.inside()
}

// placed parts a path of which tree is the beginning.
func placed(tree, path string) Place {
	rel, ok := strings.CutPrefix(path, strings.TrimSuffix(tree, "/")+"/")
	if !ok {
		tree, rel = "/", strings.TrimPrefix(path, "/")
	}
	return Place{tree, rel}
}

// inside refuses what leads out of the tree, or is the tree.
func (p Place) inside() error {
	name := ""
	for s := range strings.SplitSeq(p.Rel, "/") {
		switch {
		case s == "." || s == "..":
			return fmt.Errorf("%q is refused: %q may lead out of %s", p.Path(), s, p.Tree)
		case strings.IndexByte(s, 0) >= 0:
			return fmt.Errorf("%q is no path", p.Path())
		case s != "":
			name = s
		}
	}
	if name == "" {
		return fmt.Errorf("%q is refused: it is the directory of the rule itself", p.Path())
	}
	return nil
}
