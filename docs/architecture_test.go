package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// name is a package, and perhaps something that it declares: "engine/core Core.Step".
var name = regexp.MustCompile("`((?:cmd|defaults|engine|lua|scripts)(?:/[a-z0-9]+)*)(?: ([A-Za-z]+(?:\\.[A-Za-z]+)?))?`")

// TestArchitecture: the packages and functions in architecture.md exist, and no package is missing there.
func TestArchitecture(t *testing.T) {
	text, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	named, declared := map[string]bool{}, map[string]map[string]bool{}
	for _, m := range name.FindAllStringSubmatch(string(text), -1) {
		dir, symbol := m[1], m[2]
		named[dir] = true
		if declared[dir] == nil {
			declared[dir] = declarations(t, filepath.Join(root, dir))
		}
		if len(declared[dir]) == 0 && dir != "scripts/conformance" && dir != "engine" {
			t.Errorf("there is no package %s", dir)
		}
		if symbol != "" && !declared[dir][symbol] {
			t.Errorf("%s does not declare %s", dir, symbol)
		}
	}
	for _, dir := range productPackages(t) {
		if !named[dir] && !strings.Contains(dir, "test") && dir != "cmd/lsyncgo/e2e" && dir != "scripts/bench" {
			t.Errorf("package %s is not in architecture.md", dir)
		}
	}
}

// declarations are the types, functions, variables and constants of the package in dir; of methods "Type.Method".
func declarations(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				names[receiver(d)+d.Name.Name] = true
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						names[s.Name.Name] = true
					case *ast.ValueSpec:
						for _, n := range s.Names {
							names[n.Name] = true
						}
					}
				}
			}
		}
	}
	return names
}

// receiver is the type of a method with a dot behind it, or empty.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if id, ok := typ.(*ast.Ident); ok {
		return id.Name + "."
	}
	return ""
}

// productPackages are the directories with Go files, tests aside.
func productPackages(t *testing.T) (dirs []string) {
	t.Helper()
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.Contains(path, "/testdata/") {
			dir, err := filepath.Rel(root, filepath.Dir(path))
			if err != nil {
				return err
			}
			if dir = filepath.ToSlash(dir); !seen[dir] {
				seen[dir] = true
				dirs = append(dirs, dir)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}
