// Package docs_test holds the documents to what they say.
package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const root = ".."

// carriers are the tests that carry out every file of a directory.
var carriers = map[string]string{
	"engine/core/testdata": "engine/core TestConversations",
	"engine/task/testdata": "engine/task TestConversations",
	"lua/testdata":         "lua TestScripts",
	"scripts/examples":     "cmd/lsyncgo/e2e TestExamples",
	"testdata/config":      "cmd/lsyncgo/e2e TestBadConfigs",
	"testdata/configs":     "cmd/lsyncgo/e2e TestConfigs",
}

// TestCompatibility: each promise of Lsyncd's in compatibility.md names tests that exist, and these name its section.
func TestCompatibility(t *testing.T) { checkTables(t, "compatibility.md", 10) }

// TestTasksConformance: so does each promise of tasks and monitors.
func TestTasksConformance(t *testing.T) { checkTables(t, "tasks-conformance.md", 7) }

func checkTables(t *testing.T, file string, least int) {
	rows, sections := readTables(t, file)
	for _, s := range sections {
		if len(rows[s]) == 0 {
			t.Errorf("%s: no promises", s)
		}
		mark := regexp.MustCompile(`^§\d+`).FindString(s)
		if mark == "" {
			t.Errorf("%s: the heading has no number", s)
		}
		for _, r := range rows[s] {
			r.check(t, mark)
		}
	}
	if len(sections) < least {
		t.Errorf("%s: only %d sections", file, len(sections))
	}
}

// row is one promise and what proves it.
type row struct {
	promise string
	proofs  []string
}

var proof = regexp.MustCompile("`([^`]+)`")

// readTables returns the rows below each heading "## ...", and the headings in order.
func readTables(t *testing.T, name string) (rows map[string][]row, sections []string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	rows = map[string][]row{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			sections = append(sections, heading)
		}
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), "|")
		if len(cells) < 3 || len(sections) == 0 || strings.HasPrefix(line, "|---") || strings.HasSuffix(line, "| proved by |") {
			continue
		}
		if len(cells) != 4 {
			t.Errorf("not two columns: %s", line)
			continue
		}
		r := row{promise: strings.TrimSpace(cells[1])}
		for _, m := range proof.FindAllStringSubmatch(cells[2], -1) {
			r.proofs = append(r.proofs, m[1])
		}
		s := sections[len(sections)-1]
		rows[s] = append(rows[s], r)
	}
	return rows, sections
}

// check demands that every proof exists and says mark.
func (r row) check(t *testing.T, mark string) {
	t.Helper()
	if r.promise == "" || len(r.proofs) == 0 {
		t.Errorf("%s: a promise without a test: %q", mark, r.promise)
	}
	for _, p := range r.proofs {
		dir, name, isTest := strings.Cut(p, " ")
		if isTest {
			name, sub, _ := strings.Cut(name, "/")
			checkTest(t, mark, dir, name, sub)
		} else {
			checkData(t, mark, p)
		}
	}
}

// checkData demands a data file that a test carries out.
func checkData(t *testing.T, mark, path string) {
	t.Helper()
	carrier := carriers[filepath.ToSlash(filepath.Dir(path))]
	if carrier == "" {
		t.Errorf("%s: %s: no test is known to carry it out", mark, path)
		return
	}
	if text := readAll(t, path); !names(text, mark) {
		t.Errorf("%s: %s does not name the section", mark, path)
	}
	dir, name, _ := strings.Cut(carrier, " ")
	if parsed(t, dir).tests[name] == "" {
		t.Errorf("%s, which carries out %s, does not exist", carrier, path)
	}
}

// readAll returns what a file holds, or all files of a directory.
func readAll(t *testing.T, path string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.Walk(filepath.Join(root, path), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return all.String()
}

// names reports whether text holds mark: §1 is not in §10.
func names(text, mark string) bool {
	return regexp.MustCompile(regexp.QuoteMeta(mark) + `([^\d]|$)`).MatchString(text)
}

func checkTest(t *testing.T, mark, dir, name, sub string) {
	t.Helper()
	p := parsed(t, dir)
	text := p.tests[name]
	switch {
	case text == "":
		t.Errorf("%s: %s has no %s", mark, dir, name)
	case !names(text, mark):
		t.Errorf("%s: %s %s does not name the section", mark, dir, name)
	case sub != "" && !p.literals[strings.ReplaceAll(sub, "_", " ")] && !p.literals[sub]:
		t.Errorf("%s: %s %s has no %q", mark, dir, name, sub)
	}
}

// tests is what the sources of one package's tests hold.
type tests struct {
	tests    map[string]string // name of a function: its source with its comment
	literals map[string]bool   // strings, of which tables of tests make names
}

var packages = map[string]*tests{}

// parsed reads the test files of a directory, and for the names in its tables
// also the packages they import whose names end in "test".
func parsed(t *testing.T, dir string) *tests {
	t.Helper()
	if p := packages[dir]; p != nil {
		return p
	}
	p := &tests{map[string]string{}, map[string]bool{}}
	packages[dir] = p
	files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		f := p.read(t, file)
		for _, spec := range f.Imports {
			imported, ok := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), "lsyncgo/")
			if !ok || !strings.HasSuffix(imported, "test") {
				continue
			}
			sources, err := filepath.Glob(filepath.Join(root, imported, "*.go"))
			if err != nil {
				t.Fatal(err)
			}
			for _, source := range sources {
				p.read(t, source)
			}
		}
	}
	return p
}

// read takes in one file.
func (p *tests) read(t *testing.T, path string) *ast.File {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				p.literals[s] = true
			}
		}
		return true
	})
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || !regexp.MustCompile(`^(Test|Fuzz|Example|Benchmark)`).MatchString(fn.Name.Name) || !strings.HasSuffix(path, "_test.go") {
			continue
		}
		from := fn.Pos()
		if fn.Doc != nil {
			from = fn.Doc.Pos()
		}
		p.tests[fn.Name.Name] = string(source[set.Position(from).Offset:set.Position(fn.End()).Offset])
	}
	return f
}
