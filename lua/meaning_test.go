package lua_test

import (
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
)

// §9 rsync: which options have rsync look through directories instead of at exact paths, and what -log Info says of it.
func TestOptionsThatChoose(t *testing.T) {
	stubs(t)
	const every, all = "every directory in which something changes, as ", "everything when something changes, as "
	for _, c := range []struct{ given, why string }{
		{"", ""}, {"archive = true, compress = true, bwlimit = 5, update = true", ""},
		{"_extra = { '--stats', '--info=NAME1', '--timeout', '5', '--chmod=g+w', '-zv', '--no-whole-file', '--no-o' }", ""},
		{"_extra = { '-e', '-x', '-T-x', '-M--fake-super', '--rsh', '--exclude=a', '--delete-excluded' }", ""},
		{"cvs_exclude = true", every + "--cvs-exclude chooses what is sent"}, {"one_file_system = true", every + "--one-file-system chooses"},
		{"existing = true", every + "--existing chooses"}, {"prune_empty_dirs = true", every + "--prune-empty-dirs chooses"},
		{"copy_links = true", every + "--copy-links follows links"}, {"_extra = { '--copy-unsafe-links' }", every + "--copy-unsafe-links follows"},
		{"_extra = { '-zk' }", every + "--copy-dirlinks follows"}, {"_extra = { '-avx' }", every + "--one-file-system chooses"},
		{"_extra = { '--exclude=*.o' }", every + "--exclude=*.o chooses"}, {"_extra = { '--exclude', '-z' }", every + "--exclude chooses"},
		{"_extra = { '-zf- *.o' }", every + "--filter chooses"}, {"_extra = { '-f', '- *.o' }", every + "--filter chooses"},
		{"_extra = { '-FF' }", every + "-F chooses"}, {"_extra = { '--max-size=1m' }", every + "--max-size=1m chooses"},
		{"_extra = { '--remote-option=--ignore-existing' }", every + "--remote-option=--ignore-existing"},
		{"_extra = { '--no-relative' }", every + "--no-relative may choose"}, {"_extra = { '--no-such' }", every + "--no-such may choose"},
		{"_extra = { '-a?' }", every + "-a? may choose"}, {"_extra = { '--', 'x' }", every + "-- may choose"}, {"_extra = { '--x y' }", every + "--x y may"},
		{"_extra = { '--relative' }", all + "--relative goes by"}, {"_extra = { '--files-from', '/list' }", all + "--files-from goes by"},
		{"_extra = { '--filter=R *.o' }", all + "--filter=R *.o goes by"}, {"_extra = { '--filter=+r *.o' }", all + "--filter=+r *.o goes by"},
		{"_extra = { '--exclude=x' }, transfer = 'plan'", ""},
	} {
		st := newStage(t).config("sync{ default.rsync, name = 'web', source = source, target = target, rsync = { " + c.given + " } }").start()
		st.work()
		want := "rsync gets the exact paths that changed"
		if c.why != "" {
			want = "rsync looks through " + c.why
		}
		said := strings.Join(st.logged("Info"), "\n")
		if !strings.Contains(said, want) {
			t.Errorf("%s: %q, wanted %q", c.given, said, want)
		}
	}
}

// §9 rsync: what is started for a change when the options choose what is sent. The user's rules come first, ours last.
func TestRulesOfOptions(t *testing.T) {
	stubs(t)
	const x, tail = "--modify-window=-1 -lst ", "--delete -r -- S T"
	for _, c := range []struct{ given, args, input string }{
		{"rsync = { _extra = { '--exclude=*.o' } }", x + "--exclude=*.o --from0 --filter=merge - " + tail, "+ /new|+ /new/***|- *|"},
		{"rsync = { _extra = { '-F' } }, exclude = '*~'", x + "-F --from0 --filter=merge - --no-from0 " + tail, "- *~|+ /new|+ /new/***|- *|"},
		{"rsync = { _extra = { '-0', '-F' } }", x + "-0 -F --from0 --filter=merge - " + tail, "+ /new|+ /new/***|- *|"},
		{"rsync = { _extra = { '-C' } }, exclude = '*~'", x + "-C --from0 --filter=merge - " + tail, "- *~|:C|-C|+ /new|+ /new/***|- *|"},
		{"rsync = { _extra = { '--delete-excluded', '-x' } }", x + "--delete-excluded -x --from0 --filter=merge - " + tail, "+rs /new|+rs /new/***|-rs *|"},
		{"rsync = { _extra = { '-R' } }, exclude = '*~'", x + "-R --from0 --filter=merge - " + tail, "- *~|"},
		{"rsync = { _extra = { '--files-from=/l' } }", x + "--files-from=/l " + tail, ""},
	} {
		st := newStage(t).config("sync{ default.rsync, source = source, target = target, delay = 1, init = false, " + c.given + " }").start()
		st.event(event.Modify, "new")
		st.advance(time.Second)
		st.starts("rsync", c.args, c.input)
	}
}

// §9 rsyncssh: nothing is renamed at the target that rsync would leave alone, or at a trial run.
func TestNoMovesOfWhatIsLeftOut(t *testing.T) {
	stubs(t)
	for given, want := range map[string]bool{
		"": true, "copy_links = true": true, "_extra = { '-v' }": true, "_extra = { '-x' }, transfer = 'plan'": true, "transfer = 'filter'": true,
		"_extra = { '-x' }": false, "cvs_exclude = true, transfer = 'filter'": false, "_extra = { '--new' }": false, "dry_run = true": false,
	} {
		st := newStage(t).config("sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', rsync = { " + given + " } }").start()
		if got := st.rt.Scripts.Syncs()[0].KeepMoves; got != want {
			t.Errorf("%s: %v", given, got)
		}
	}
}

// §9 direct: what rsync would leave alone is not overwritten and deleted.
func TestDirectRefusesWhatChooses(t *testing.T) {
	for _, given := range []string{
		"_extra = { '--files-from=/l' }", "_extra = { '--exclude', 'x' }", "_extra = { '-zxf- a' }", "_extra = { '-R' }", "_extra = { '-F' }",
		"cvs_exclude = true", "one_file_system = true", "existing = true", "dry_run = true", "_extra = { '-an' }",
	} {
		got := problems(t, newStage(t).config("sync{ default.direct, source = source, target = '/t', rsync = { "+given+" } }"))
		if !strings.Contains(got, `config.lua:1: sync "Sync1": default.direct copies without rsync and cannot do what rsync does with -`) {
			t.Errorf("%s: %q", given, got)
		}
	}
}
