package audit

import (
	"fmt"
	"regexp"
	"strconv"
)

// Limit is a condition under which an audit fails: "largest > 1000".
type Limit struct {
	Text, Metric, Op string
	Value            float64
}

var limitForm = regexp.MustCompile(`^\s*([a-z][a-z0-9_]*(?::[^\s<>=!]+)?)\s*(>=|<=|!=|>|<|=)\s*(-?[0-9]+(?:\.[0-9]+)?)\s*%?\s*$`)

// ParseLimit reads a limit; ok is false for any other text.
func ParseLimit(text string) (l Limit, ok bool) {
	m := limitForm.FindStringSubmatch(text)
	if m == nil {
		return l, false
	}
	v, err := strconv.ParseFloat(m[3], 64)
	return Limit{Text: text, Metric: m[1], Op: m[2], Value: v}, err == nil
}

// Drifting are the metrics that compare a graph with the one before.
var Drifting = []string{"clusters_merged", "clusters_split", "clusters_new", "clusters_gone", "ids_new", "ids_gone", "ids_moved", "ids_growth_percent",
	"clusters_growth_percent", "largest_growth_percent"}

// Failed reports whether a value is beyond the limit.
func (l Limit) Failed(v float64) bool {
	switch l.Op {
	case ">":
		return v > l.Value
	case ">=":
		return v >= l.Value
	case "<":
		return v < l.Value
	case "<=":
		return v <= l.Value
	case "=":
		return v == l.Value
	}
	return v != l.Value
}

// Breach is a limit that does not hold.
type Breach struct {
	Limit string  `json:"limit"`
	Value float64 `json:"value"`
}

// String says what is wrong.
func (b Breach) String() string { return fmt.Sprintf("%s: it is %s", b.Limit, number(b.Value)) }

// number writes a float as people do.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
