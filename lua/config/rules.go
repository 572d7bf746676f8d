package config

import (
	"bytes"
	"fmt"
	"io"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/filter"
	"lsyncgo/lua/values"
)

// readRules takes in exclude, excludeFrom, filter and filterFrom.
func (s *Definition) readRules() {
	for _, pattern := range s.strings("exclude") {
		if pattern == "" {
			s.warn("remove it", `exclude: "" excludes nothing`)
			continue
		}
		s.addRule(&s.Sync.Excludes, "exclude", filter.Rule{Pattern: pattern})
	}
	for _, line := range s.strings("filter") {
		rule, err := filter.Parse(line)
		if err != nil {
			s.problem("", "filter: %v", err)
			continue
		}
		s.addRule(&s.Sync.Filters, "filter", rule)
	}
	s.readRuleFiles("excludeFrom", &s.Sync.Excludes, filter.ReadExcludes)
	s.readRuleFiles("filterFrom", &s.Sync.Filters, filter.ReadFilters)
}

func (s *Definition) addRule(to *[]filter.Rule, key string, rule filter.Rule) {
	if _, err := filter.Compile([]filter.Rule{rule}); err != nil {
		s.problem("", "%s: %v", key, err)
		return
	}
	*to = append(*to, rule)
}

func (s *Definition) readRuleFiles(key string, to *[]filter.Rule, read func(io.Reader, string) ([]filter.Rule, error)) {
	for _, name := range s.strings(key) {
		rules, err := s.readRuleFile(s.r.Scripts.Anchored(name), read)
		if s.r.Scripts.Limit.Cause() != nil {
			return // which sync{} says
		}
		if err != nil {
			s.problem("check the file", "%s: %v", key, err)
		}
		for _, rule := range rules {
			s.addRule(to, key, rule)
		}
	}
}

// readRuleFile reads a file within the limits of loading: it may be a FIFO that nobody writes to.
func (s *Definition) readRuleFile(path string, read func(io.Reader, string) ([]filter.Rule, error)) ([]filter.Rule, error) {
	text, err := s.r.Scripts.Limit.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	return read(bytes.NewReader(text), path)
}

// strings returns a key that is a string or a list of strings.
func (s *Definition) strings(key string) []string {
	v := s.Key(key)
	switch v := v.(type) {
	case *glua.LNilType:
		return nil
	case glua.LString:
		return []string{string(v)}
	case glua.LNumber:
		return []string{v.String()}
	case *glua.LTable:
		return s.stringList(key, v)
	}
	s.problem("", "%s must be a string or a list of strings, not %s", key, values.Describe(v))
	return nil
}

func (s *Definition) stringList(key string, t *glua.LTable) (list []string) {
	for _, k := range values.SortedKeys(t) {
		_, isIndex := k.(glua.LNumber)
		v := t.RawGet(k)
		switch text, isString := v.(glua.LString); {
		case v == glua.LNil:
		case isIndex && isString:
			list = append(list, string(text))
		case isIndex && v.Type() == glua.LTNumber:
			s.warn(fmt.Sprintf("write %q", v.String()), "%s: %s counts as %q", key, v.String(), v.String())
			list = append(list, v.String())
		default:
			s.problem(fmt.Sprintf("write %s = { \"...\", \"...\" }", key), "%s must be a list of strings; it has %s = %s", key, values.KeyText(k), values.Describe(v))
		}
	}
	return list
}
