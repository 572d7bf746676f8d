package e2e

import "testing"

// §9: directories with a backslash and no wildcard in their name come, are renamed and go with transfer = "filter",
// where rsync takes the backslash for an escape as soon as the rule has a wildcard.
func TestFilteredNames(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for _, name := range []string{`a\b`, `DOMAIN\user`, `a\*b`, `\`, `a\`, `a[b`} {
		p.write("source/"+name+"/f", name)
	}
	d := daemon(t, p.config(`sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = 0.1, rsync = { archive = true, transfer = "filter" } }`))
	p.same()
	for _, name := range []string{`a\b`, `\`, `a\*b`} {
		p.remove("source/" + name)
	}
	p.rename(`source/DOMAIN\user`, "source/other")
	p.rename("source/a[b", `source/new\`)
	p.write(`source/x\y/deep\er/f`, "1")
	p.same()
	p.rename(`source/x\y/deep\er`, "source/back")
	p.remove(`source/a\`)
	p.same()
	d.stop()
}
