package lint

import (
	"regexp"
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/model"
)

// contradictions finds id types whose filters no value can pass: every include filter has to match, so two of different
// values match nothing together.
func contradictions(p *pass) {
	for _, t := range p.g.IDTypes {
		if f, other := contradiction(t.Filters); f != nil {
			p.Warnf(diag.LNoID, f.Span, "no id of type %s can pass this filter and the other one: every include filter has to match", t.Name).
				WithAlso(other.Span, "the other filter").
				WithFix("write one include filter with a regex for all of them, such as regex: \"a|b\"")
		}
	}
}

// contradiction returns two filters that no value passes together, the later one first.
func contradiction(filters []*model.IDFilter) (f, other *model.IDFilter) {
	for i, f := range filters {
		for _, g := range filters[:i] {
			if excludes(f, g) || excludes(g, f) {
				return f, g
			}
		}
	}
	return nil, nil
}

// excludes reports whether the one value that f lets through does not pass g.
func excludes(f, g *model.IDFilter) bool {
	if f.Exclude || f.Kind != model.ByValue {
		return false
	}
	var matches bool
	switch g.Kind {
	case model.ByValue:
		matches = f.Text == g.Text
	case model.ByValues:
		matches = slices.Contains(g.Values, f.Text)
	case model.ByPlaceholder:
		word := strings.ToLower(strings.Trim(f.Text, " "))
		matches = slices.Contains(g.Values, word) || regexp.MustCompile(`^(?:`+g.Text+`)$`).MatchString(word)
	case model.ByRegex:
		re, err := regexp.Compile(`^(?:` + g.Text + `)$`)
		if err != nil {
			return false // an engine's own syntax
		}
		matches = re.MatchString(f.Text)
	default:
		return false
	}
	return matches == g.Exclude
}
