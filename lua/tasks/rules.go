package tasks

import (
	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/event"
	"lsyncgo/engine/filemanager"
	"lsyncgo/engine/filerule"
	"lsyncgo/lua/problem"
	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"
)

// ruleKeys are those of an entry of rules.
var ruleKeys = schema.Table[filerule.Spec]{Keys: []schema.Key[filerule.Spec]{
	{Name: "action", Value: schema.To(schema.Choice("move", "copy", "delete"), func(r *filerule.Spec) *string { return &r.Action }), Required: true,
		Example: `"move"`, Doc: "what is done with a path"},
	{Name: "src_re", Value: schema.To(schema.Name, func(r *filerule.Spec) *string { return &r.SrcRe }), Required: true,
		Example: `[[^/src/(?P<path>.*)]]`, Doc: "a regular expression that matches from the start of the path"},
	{Name: "dst_re", Value: schema.To(schema.Name, func(r *filerule.Spec) *string { return &r.DstRe }),
		Example: `[[/dst/\g<path>]]`, Doc: "what each match is replaced by"},
	{Name: "auto_create", Value: schema.To(schema.Flag, func(r *filerule.Spec) *bool { return &r.AutoCreate }),
		Default: "false", Example: "true", Doc: "missing directories of the destination are made"},
	{Name: "overwrite", Value: schema.To(schema.Flag, func(r *filerule.Spec) *bool { return &r.Overwrite }),
		Default: "false", Example: "true", Doc: "what has the destination's name is replaced"},
	{Name: "rec", Value: schema.To(schema.Flag, func(r *filerule.Spec) *bool { return &r.Rec }),
		Default: "false", Example: "true", Doc: "a directory is deleted with what is in it"},
	{Name: "filemode", Value: schema.To(anything, func(r *filerule.Spec) *any { return &r.FileMode }),
		Example: `"0644"`, Doc: "the mode of files, in octal digits"},
	{Name: "dirmode", Value: schema.To(anything, func(r *filerule.Spec) *any { return &r.DirMode }),
		Example: `"0755"`, Doc: "the mode of directories, in octal digits"},
	{Name: "user", Value: schema.To(anything, func(r *filerule.Spec) *any { return &r.User }),
		Example: `"nobody"`, Doc: "the owner"},
	{Name: "group", Value: schema.To(anything, func(r *filerule.Spec) *any { return &r.Group }),
		Example: `"nogroup"`, Doc: "the group"},
}}

// anything hands a value on to package filerule, which says what it has to be.
var anything = schema.Custom("a string", func(v glua.LValue) (any, error) {
	switch v := v.(type) {
	case glua.LString:
		return string(v), nil
	case glua.LNumber:
		return float64(v), nil
	}
	return nil, schema.ErrUnfit
})

// readRules makes the rules of scheduler.filemanager{}.
func (s *Schedulers) readRules(d *definition) {
	specs := make([]filerule.Spec, 0, d.given.rules.Len())
	sound := true
	for _, k := range values.SortedKeys(d.given.rules) {
		t, ok := d.given.rules.RawGet(k).(*glua.LTable)
		if _, isNumber := k.(glua.LNumber); !ok || !isNumber {
			s.problem(d, `write rules = { { action = ..., src_re = ... } }`, "rules must be a list of tables; it has %s", values.KeyText(k))
			sound = false
			continue
		}
		var spec filerule.Spec
		found := ruleKeys.Read(t, &spec)
		s.found.Report(found, d.place, "", "scheduler.filemanager: rule "+k.String()+": ", "it")
		sound = sound && !found.Faulty()
		specs = append(specs, spec)
	}
	if len(specs) == 0 && sound {
		s.problem(d, `write rules = { { action = ..., src_re = ... } }`, "rules has none")
	}
	if !sound {
		return
	}
	rules, wrong := filerule.Compile(specs, filemanager.SystemIDs)
	for _, err := range wrong {
		s.problem(d, "", "%v", err)
	}
	if len(wrong) > 0 {
		return
	}
	m := &manager{base: base{s, d}, rules: rules}
	d.config.Job, d.config.Wants = m, func(e *event.Raw) bool { return m.wants(e.Pathname()) }
}

func (s *Schedulers) warn(d *definition, remedy, format string, args ...any) {
	s.found.Warn(problem.At(d.place, "", remedy, "scheduler."+d.kind+": "+format, args...))
}
