package translate

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSource(t *testing.T) {
	for src, want := range map[string]string{
		"":                                 "",
		"#!/bin/lua\nx":                    "\nx",
		"\xef\xbb\xbf#!x\r\ny":             "\ny",
		"x = 1":                            "x = 1",
		"x=0010":                           "x = 10",
		"x = 0xA.8p1, 0x10, .5, 3., 1e999": "x = 21 , 16 , 0.5 , 3 , ( 1 / 0 )",
		`x = "\x41\u{e9}\065\z   b"`:       `x = "A` + "\u00e9" + `Ab"`,
		"x = 'a\\\nb' y":                   "x = \"a\\010b\"\n y",
		"x = [[\r\na\r\nb]]":               "x = \"a\\010b\"\n\n",
		"x = '\\q\"\\0001'":                `x = "q\"\0001"`,
		"a --[[\n]] b --[=x\nc":            "a\n b\n c",
		"a\vb\fc":                          "a b c",
		"a\rb\n\rc\r\nd":                   "a\n b\n c\n d",
		"break end":                        "break end",
		"break; end":                       "break ; end",
		"break x()":                        "do break end x ( )",
		"break; x()":                       "do break end ; x ( )",
		"local f = function() end":         "local f = nil or function ( ) end",
		"local f, g = function() end":      "local f , g = function ( ) end",
		"local function f() end":           "local function f ( ) end",
		"f()\n(g)()\nh":                    "f ( ) (\n g ) ( )\n h",
		"x._ENV = a:_ENV()":                "x . _ENV = a : _ENV ( )",
	} {
		out, _, err := Source([]byte(src))
		want := strings.Join(strings.Fields(want), " ") + strings.Repeat("\n", strings.Count(want, "\n"))
		got := strings.Join(strings.Fields(string(out)), " ") + strings.Repeat("\n", strings.Count(string(out), "\n"))
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", src, got, err, want)
		}
	}
}

func TestUnbalanced(t *testing.T) {
	for src, want := range map[string]string{
		"while a do end": "", "for i in a do do end end": "", "repeat until a": "", "if a then elseif b then else end": "",
		"while (function() do end return 1 end)() do end": "", "f({[1]=2})": "",
		"do":               "1: 'end' expected near '<eof>'",
		"(\n]":             "2: ')' expected (to close '(' at line 1) near ']'",
		"end":              "1: nothing is open that it could close near 'end'",
		"while a do until": "1: 'end' expected near 'until'",
	} {
		_, unbalanced, err := Source([]byte(src))
		got := ""
		if unbalanced != nil {
			got = unbalanced.Error()
		}
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", src, got, err, want)
		}
	}
}

func TestParseNumber(t *testing.T) {
	for s, want := range map[string]float64{
		"0": 0, "010": 10, "0x10": 16, "0XfF": 255, " 5 ": 5, "5\r": 5, "\t-3\n": -3, "1e1": 10, "1E+2": 100, ".5": .5, "5.": 5,
		"0x.8": .5, "0xA.": 10, "0x1p4": 16, "0x1p-1": .5, "1e999": math.Inf(1), "-1e999": math.Inf(-1), "+7": 7, "08": 8,
	} {
		if got, ok := ParseNumber(s); !ok || got != want {
			t.Errorf("%q: got %v %v, want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{"", " ", ".", "-", "0x", "0x.", "1e", "1e+", "0b11", "1_000", "0x_1", "inf", "nan", "Infinity", "1 2", "- 1",
		"1.2.3", "0x1p", "0x1e+1", "1p4", "٣", "1\x00", "--1", "1f"} {
		if v, ok := ParseNumber(s); ok {
			t.Errorf("%q is a number: %v", s, v)
		}
	}
}

// TestStringsKeepTheirBytes writes random values in several ways and expects them back from the translation.
func TestStringsKeepTheirBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SliceOf(rapid.Byte()).Draw(t, "value")
		var src strings.Builder
		quote(&src, string(value))
		toks := scan([]byte(src.String()))
		if len(toks) != 2 || toks[0].text != string(value) || strings.ContainsAny(src.String(), "\n\r") {
			t.Fatalf("%q became %v", value, toks)
		}
	})
}

// FuzzSource checks that nothing panics and that a translation stays as it is when translated again, on as many lines
// as the source has.
func FuzzSource(f *testing.F) {
	for _, s := range []string{"x = 0x1p4 .. 'a\\z \\x41'", "break x", "local f = function() end", "f()\n(g)", "--[=[\n]=] [[\n]]", "#!\n1", "0010 1e999"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		out, _, err := Source(src)
		if err != nil {
			var fault *Error
			if !errors.As(err, &fault) || fault.Line < 1 || fault.Msg == "" {
				t.Fatalf("%q: %#v", src, err)
			}
			return
		}
		again, _, err := Source(out)
		if err != nil || !bytes.Equal(again, out) {
			t.Errorf("%q: %q becomes %q, %v", src, out, again, err)
		}
		if lines := scan(src); bytes.Count(out, []byte("\n"))+1 != lines[len(lines)-1].line {
			t.Errorf("%q: %q has other lines", src, out)
		}
	})
}
