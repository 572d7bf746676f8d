package config

import (
	"bytes"
	"fmt"
	"io"

	"lsyncgo/engine/filter"
)

// texts are the values of keys that take a text or a list of them.
type texts struct{ exclude, excludeFrom, filter, filterFrom, crontab []string }

// readRules takes in exclude, excludeFrom, filter and filterFrom.
func (s *Definition) readRules() {
	for _, pattern := range s.texts.exclude {
		if pattern == "" {
			s.warn("remove it", `exclude: "" excludes nothing`)
			continue
		}
		s.addRule(&s.Sync.Excludes, "exclude", filter.Rule{Pattern: pattern})
	}
	for _, line := range s.texts.filter {
		rule, err := filter.Parse(line)
		if err != nil {
			s.problem("", "filter: %v", err)
			continue
		}
		s.addRule(&s.Sync.Filters, "filter", rule)
	}
	s.readRuleFiles("excludeFrom", s.texts.excludeFrom, &s.Sync.Excludes, filter.ReadExcludes)
	s.readRuleFiles("filterFrom", s.texts.filterFrom, &s.Sync.Filters, filter.ReadFilters)
}

func (s *Definition) addRule(to *[]filter.Rule, key string, rule filter.Rule) {
	if _, err := filter.Compile([]filter.Rule{rule}); err != nil {
		s.problem("", "%s: %v", key, err)
		return
	}
	*to = append(*to, rule)
}

func (s *Definition) readRuleFiles(key string, names []string, to *[]filter.Rule, read func(io.Reader, string) ([]filter.Rule, error)) {
	for _, name := range names {
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
