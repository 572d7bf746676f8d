package lua53

import (
	"errors"
	"testing"

	"github.com/yuin/gopher-lua/parse"
)

// FuzzCompile checks that no source makes Compile panic, and that faults have a place and a message.
func FuzzCompile(f *testing.F) {
	for _, src := range []string{
		"", "#!/bin/lua\nreturn 1", "local a <const> = 1", "x = 'a\\\nb\\z  \\x41\\u{e9}\\065' .. [==[\r\n]]]==]",
		"for i = 1, 3 do if i == 2 then goto c end ::c:: end", "while true do break; local f = function() return f end end",
		"a, b.c[d], e = e, (f()), ...", "function t:m(a, ...) a = a and (g(a)) or 1 return a .. 1 .. {} end",
		"return 0x.8p1 + 0010 - 1e999", "repeat local x; break until x", "f{}\n(g)'s'[[l]]", "if nil then elseif not 1 then else end",
		"--[==[ c ]==] ;;; return", "goto a; do ::a:: end", "return function(...) return ... end, not not nil", "\x00\xff", "::a:: goto a",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		_, err := Compile("fuzz", src)
		var fault *SyntaxError
		if err == nil {
			return
		}
		if !errors.As(err, &fault) || fault.Line < 1 || fault.Line >= jumpLine || fault.Msg == "" {
			t.Errorf("%q: %#v", src, err)
		}
		var raw *parse.Error
		if errors.As(err, &raw) {
			t.Errorf("%q: the parser's own error came out", src)
		}
	})
}
