package lua53

import (
	"os"
	"path/filepath"
	"testing"
)

// §1: a state that is read-only runs and writes nothing, and scripts do not notice.
func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept")
	if err := os.WriteFile(kept, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DIR", dir)
	t.Setenv("TMPDIR", dir)
	L := NewState()
	defer Close(L)
	SetReadOnly(L)
	fn, err := Compile("c.lua", []byte(`
local dir = os.getenv('DIR')
assert(os.execute('touch ' .. dir .. '/executed') == true)
assert(os.execute())
assert(os.remove(dir .. '/kept') == true)
assert(os.rename(dir .. '/kept', dir .. '/renamed') == true)
for _, mode in ipairs{ 'w', 'a', 'r+', 'w+', 'a+' } do
	local f = assert(io.open(dir .. '/' .. (mode == 'r+' and 'kept' or 'new'), mode))
	assert(f:write('x'))
	assert(f:close())
end
local p = assert(io.popen('cat > ' .. dir .. '/piped', 'w'))
assert(p:write('x'))
assert(p:close())
assert(type(os.tmpname()) == 'string')
assert(io.output(dir .. '/output'))
assert(io.write('x'))
assert(io.open(dir .. '/kept'):read('a') == 'old')
assert(io.popen('echo read'):read() == 'read')
`))
	if err != nil {
		t.Fatal(err)
	}
	L.Push(L.NewFunctionFromProto(fn))
	if err := L.PCall(0, 0, nil); err != nil {
		t.Error(err)
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		t.Errorf("the directory has %v (%v)", list, err)
	}
	if got, err := os.ReadFile(kept); err != nil || string(got) != "old" {
		t.Errorf("the file holds %q (%v)", got, err)
	}
}
