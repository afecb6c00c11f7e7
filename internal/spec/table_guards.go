package spec

import (
	"math"
	"strconv"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// StitcherGuards are the guards of one identity graph.
type StitcherGuards struct {
	// ValidFor is a Go duration.
	ValidFor source.At[string]
	// MaximumPerCluster are the limits in written order.
	MaximumPerCluster []*EdgeLimit
	CircuitBreaker    *CircuitBreaker
}

// CircuitBreaker is the circuit_breaker block of an identity graph.
type CircuitBreaker struct {
	Span        source.Span
	ClusterSize source.At[int]
	Share       source.At[float64]
	GrowthTimes source.At[float64]
	GrowthIDs   source.At[int]
	OnFailure   source.At[string] // block or warn
}

// GuardFields are the guards of a stitcher, as keys of whatever declares one.
func GuardFields[T any](at func(*T) *StitcherGuards) []Field[T] {
	return []Field[T]{
		Duration("valid_for", "How long an edge counts after its ids were last seen on one row, up to the end time of the run. Edges without a time count always. Id types may have times of their own: the shortest counts.", true,
			func(t *T) *source.At[string] { return &at(t).ValidFor }, Beyond),
		clusterLimits("maximum_per_cluster", "How many ids of a type one cluster of this graph may have. It stands before that of the id type. Clusters are kept apart at their weakest edges.",
			func(t *T) *[]*EdgeLimit { return &at(t).MaximumPerCluster }),
		Obj("circuit_breaker", "What keeps a graph from being published in which ids have run together.", circuitBreakerObject, func(t *T) **CircuitBreaker { return &at(t).CircuitBreaker }, Beyond),
	}
}

// breakerBounds are the keys of a circuit breaker of which it needs at least one.
var breakerBounds = []string{"maximum_cluster_size", "maximum_cluster_share", "maximum_growth_times", "maximum_growth_ids"}

var circuitBreakerObject = &Object[CircuitBreaker]{
	Name: "circuit_breaker", Place: "models[].model_spec.circuit_breaker (id_stitcher)", Doc: "Bounds of the largest cluster of a graph. They are looked at when the graph is built and before anything is published.",
	Span: func(c *CircuitBreaker) *source.Span { return &c.Span },
	Fields: []Field[CircuitBreaker]{
		Int("maximum_cluster_size", "How many ids the largest cluster may have.", func(c *CircuitBreaker) *source.At[int] { return &c.ClusterSize }),
		Percent("maximum_cluster_share", "Which share of all ids of the graph the largest cluster may have.", func(c *CircuitBreaker) *source.At[float64] { return &c.Share }),
		Number("maximum_growth_times", "How many times as large the largest cluster may be as the largest one that is published.", func(c *CircuitBreaker) *source.At[float64] { return &c.GrowthTimes }),
		Int("maximum_growth_ids", "How many more ids the largest cluster may have than the largest one that is published.", func(c *CircuitBreaker) *source.At[int] { return &c.GrowthIDs }),
		Enum("on_failure", "Whether a cluster beyond a bound keeps the run from publishing anything, or is only shown.", FailureActions, func(c *CircuitBreaker) *source.At[string] { return &c.OnFailure }, Default("block")),
	},
	Hints: map[string]string{"at_most": "write maximum_cluster_size", "size": "write maximum_cluster_size", "share": "write maximum_cluster_share", "growth": "write maximum_growth_times or maximum_growth_ids"},
	Check: func(d *Decoder, c *CircuitBreaker, n *source.Node) {
		any := false
		for _, key := range breakerBounds {
			any = any || has(n, key)
		}
		if !any {
			d.Errorf(diag.SChoice, placeOf(n), "circuit_breaker sets no bound").WithFix("write one or more of %s", quoteList(breakerBounds))
		}
		least := func(at source.Span, ok bool, key, fix string) {
			if !at.IsZero() && !ok {
				d.Errorf(diag.SNotAllowed, at, "%s %s would let no graph pass", key, at.Text()).WithFix("%s", fix)
			}
		}
		least(c.ClusterSize.Span, c.ClusterSize.Value >= 1, breakerBounds[0], "write how many ids one cluster may have, 1 or more")
		least(c.Share.Span, c.Share.Value > 0 && c.Share.Value <= 100, breakerBounds[1], "write a share of more than 0% and at most 100%")
		least(c.GrowthTimes.Span, c.GrowthTimes.Value >= 1, breakerBounds[2], "write 1 or more: at 1 the largest cluster may not grow")
		least(c.GrowthIDs.Span, c.GrowthIDs.Value >= 0, breakerBounds[3], "write 0 or more: at 0 the largest cluster may not grow")
	},
}

// blockedValues are the keys of an id type that say which values are no ids, whatever its filters let through.
func blockedValues() []Field[IDType] {
	return []Field[IDType]{
		Names("blocked_values", "Values that are no ids: they are left out before any id is linked, as by a filter that excludes each.", func(t *IDType) *[]source.At[string] { return &t.Blocked }, Beyond),
		Bool("block_placeholders", "Whether words that stand where an id is missing are left out, too, whatever their case: "+strings.Join(PlaceholderWords, ", ")+"; and "+placeholderZeros+".",
			func(t *IDType) *source.At[bool] { return &t.BlockPlaceholders }, Default("false"), Beyond),
	}
}

// PlaceholderWords are the values, in lower case, that programs write where they know no id.
var PlaceholderWords = []string{"unknown", "undefined", "undef", "null", "(null)", "nil", "none", "nan", "n/a", "#n/a", "na", "not available", "not applicable",
	"missing", "empty", "anonymous", "anon", "guest", "default", "test", "dummy", "xxx", "-", "--", "?", ".", "[object object]", "true", "false",
	"test@test.com", "test@example.com", "noemail@noemail.com", "none@none.com", "no@email.com", "na@na.com", "a@a.com"}

// PlaceholderPattern is a pattern of the other values that block_placeholders leaves out.
const PlaceholderPattern = "0[0-]*"

const placeholderZeros = "values of zeros and hyphens that begin with 0, such as 0, 000000 and 00000000-0000-0000-0000-000000000000"

// clusterGuards are the keys of an id type about how often it may stand in one cluster, and how long its edges count.
func clusterGuards() []Field[IDType] {
	return []Field[IDType]{
		Duration("valid_for", "How long an edge of its ids counts after both ends were last seen on one row, up to the end time of the run. Edges without a time count always.", true, func(t *IDType) *source.At[string] { return &t.ValidFor }, Beyond),
		Bool("unique", "Whether two ids of the type never belong to one cluster, as with a customer number. Where rows say otherwise the weakest edges between them are dropped.", func(t *IDType) *source.At[bool] { return &t.Unique }, Default("false"), Beyond),
		Int("maximum_per_cluster", "How many ids of the type one cluster may have. Clusters are kept apart at their weakest edges.", func(t *IDType) *source.At[int] { return &t.MaximumPerCluster }, Beyond),
	}
}

// checkClusterGuards compares the guards of an id type with each other.
func checkClusterGuards(d *Decoder, t *IDType, _ *source.Node) {
	m := t.MaximumPerCluster
	switch {
	case m.Span.IsZero():
	case m.Value < 1:
		d.noLimit(m.Span, m.Value, limitOf(nil, t.Name.Value))
	case t.Unique.Value:
		d.Errorf(diag.SChoice, m.Span, "%s is unique, which is a limit of 1 in a cluster, and maximum_per_cluster gives another", t.Name.Value).
			WithAlso(t.Unique.Span, "unique is written here").WithFix("keep one of them")
	}
}

// Number is a key that takes a number, with or without a fraction.
func Number[T any](name, doc string, at func(*T) *source.At[float64], opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "number", JSON: "number"}, opts, func(d *Decoder, v value, t *T) {
		if f, ok := d.number(v.node); ok {
			*at(t) = source.At[float64]{Value: f, Span: v.node.Span}
		}
	})
}

func (d *Decoder) number(n *source.Node) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(n.Text.S), 64)
	if n.Kind != source.ScalarNode || err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		d.wrongType(n, "a number")
		return 0, false
	}
	if n.Tag != "!!int" && n.Tag != "!!float" {
		d.quoted(n, "a number")
	}
	return f, true
}
