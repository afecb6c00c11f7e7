package spec

import (
	"strconv"
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
)

// FailureActions are the values of on_failure.
var FailureActions = []string{"block", "warn"}

// promises are the keys of a check of which it needs at least one.
var promises = []string{"not_null", "unique", "unique_together", "accepted_values", "rows", "sql"}

var checkObject = &Object[Check]{
	Name: "check", Place: "checks[]", Doc: "What must hold of the rows of one object before a run publishes them.",
	Span: func(c *Check) *source.Span { return &c.Span },
	Fields: []Field[Check]{
		Str("name", "The check, as messages and the table of results call it.", func(c *Check) *source.At[string] { return &c.Name }, Required),
		Str("description", "What it is for; shown when it fails.", func(c *Check) *source.At[string] { return &c.Description }),
		Str("on", "Path of what is looked at: an input, SQL model, id stitcher, cohort, var table, feature table or feature view.", func(c *Check) *source.At[string] { return &c.On }, Required),
		Enum("on_failure", "Whether a failure keeps the run from publishing anything, or is only shown.", FailureActions, func(c *Check) *source.At[string] { return &c.OnFailure }, Default("block")),
		Names("not_null", "Columns that have a value on every row.", func(c *Check) *[]source.At[string] { return &c.NotNull }),
		Names("unique", "Columns of which each by itself has no value twice. NULL equals nothing.", func(c *Check) *[]source.At[string] { return &c.Unique }),
		Names("unique_together", "Columns whose values together stand on one row only. Rows with a NULL among them do not count.", func(c *Check) *[]source.At[string] { return &c.UniqueTogether }),
		Obj("accepted_values", "The values that a column may have. NULL is accepted.", acceptedObject, func(c *Check) **AcceptedValues { return &c.AcceptedValues }),
		Obj("rows", "How many rows there may be.", rowBoundsObject, func(c *Check) **RowBounds { return &c.Rows }),
		Txt("sql", "A SELECT that must return no row; `{{this}}` is what is looked at, `{{this.DeRef(\"inputs/x\")}}` anything else.", func(c *Check) *source.Text { return &c.SQL }),
	},
	Hints: map[string]string{
		"severity": "write on_failure: block or on_failure: warn", "from": "write on", "model": "write on: models/<name>", "column": "write not_null: [<column>] or unique: [<column>]",
		"values": "write accepted_values: {column: <column>, values: [...]}", "at_least": "move it under rows", "at_most": "move it under rows",
	},
	Check: checkPromises,
}

// checkPromises says so when a check promises nothing.
func checkPromises(d *Decoder, c *Check, n *source.Node) {
	for _, key := range promises {
		if has(n, key) {
			return
		}
	}
	d.Errorf(diag.SChoice, placeOf(n), "check %q checks nothing", c.Name.Value).WithFix("write one or more of %s", quoteList(promises))
}

var acceptedObject = &Object[AcceptedValues]{
	Name: "accepted_values", Place: "checks[].accepted_values", Doc: "A column and the values that it may have.",
	Span: func(a *AcceptedValues) *source.Span { return &a.Span },
	Fields: []Field[AcceptedValues]{
		Str("column", "The column.", func(a *AcceptedValues) *source.At[string] { return &a.Column }, Required),
		newField("values", "Its values. Text is compared with the column as text, numbers and truth values as they are.", Type{Word: "list of values", JSON: "array", List: true}, []Opt{Required},
			func(d *Decoder, v value, a *AcceptedValues) {
				for _, item := range d.items(v.node, "values") {
					if d.scalar(item, "a value") {
						a.Values = append(a.Values, item)
					}
				}
				if v.node.Kind == source.ListNode && len(a.Values) == 0 && len(v.node.Items) == 0 {
					d.Errorf(diag.SMissingKey, headOf(v.node.Span), "accepted_values accepts no value").WithFix("list the values, or check that there are no rows: rows: {at_most: 0}")
				}
			}),
	},
}

var rowBoundsObject = &Object[RowBounds]{
	Name: "rows", Place: "checks[].rows", Doc: "How many rows there may be, by itself and compared with what was published last.",
	Span: func(r *RowBounds) *source.Span { return &r.Span },
	Fields: []Field[RowBounds]{
		Int("at_least", "The least number of rows.", func(r *RowBounds) *source.At[int] { return &r.AtLeast }),
		Int("at_most", "The greatest number of rows.", func(r *RowBounds) *source.At[int] { return &r.AtMost }),
		Percent("shrink_at_most", "By how many percent there may be fewer rows than in what was published last under the name.", func(r *RowBounds) *source.At[float64] { return &r.ShrinkAtMost }),
		Percent("grow_at_most", "By how many percent there may be more.", func(r *RowBounds) *source.At[float64] { return &r.GrowAtMost }),
	},
	Hints: map[string]string{"min": "write at_least", "max": "write at_most"},
	Check: func(d *Decoder, r *RowBounds, n *source.Node) {
		if len(n.Pairs) == 0 {
			d.Errorf(diag.SChoice, placeOf(n), "rows sets no bound").WithFix("write one or more of at_least, at_most, shrink_at_most, grow_at_most")
		}
		for _, at := range []source.At[int]{r.AtLeast, r.AtMost} {
			if at.Value < 0 {
				d.Errorf(diag.SNotAllowed, at.Span, "there are never fewer than 0 rows").WithFix("write a number from 0")
			}
		}
		if !r.AtMost.Span.IsZero() && r.AtMost.Value < r.AtLeast.Value {
			d.Errorf(diag.SNotAllowed, r.AtMost.Span, "at_most %d is less than at_least %d", r.AtMost.Value, r.AtLeast.Value).
				WithAlso(r.AtLeast.Span, "at_least is written here").WithFix("no number of rows is both; correct one of them")
		}
	},
}

// freshnessObject is the freshness block of an input.
var freshnessObject = &Object[Freshness]{
	Name: "freshness", Place: "inputs[].freshness", Doc: "How old the newest row may be at the end time of a run. The age is told by loaded_at_col, else by occurred_at_col.",
	Span: func(f *Freshness) *source.Span { return &f.Span },
	Fields: []Field[Freshness]{
		Duration("warn_after", "Age from which a run warns.", true, func(f *Freshness) *source.At[string] { return &f.WarnAfter }),
		Duration("block_after", "Age from which a run ends before it builds anything.", true, func(f *Freshness) *source.At[string] { return &f.BlockAfter }),
	},
	Hints: map[string]string{"error_after": "write block_after"},
	Check: func(d *Decoder, _ *Freshness, n *source.Node) {
		if !has(n, "warn_after") && !has(n, "block_after") {
			d.Errorf(diag.SChoice, placeOf(n), "freshness needs one of warn_after, block_after").WithFix("write freshness: {warn_after: 24h, block_after: 48h}")
		}
	},
}

// Percent is a key that takes a percentage, written with its sign: 20% or 12.5%.
func Percent[T any](name, doc string, at func(*T) *source.At[float64], opts ...Opt) Field[T] {
	return newField(name, doc, Type{Word: "percentage", JSON: "string"}, opts, func(d *Decoder, v value, t *T) {
		s, ok := d.str(v.node)
		if !ok {
			return
		}
		digits, signed := strings.CutSuffix(strings.TrimSpace(s.Value), "%")
		f, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		switch {
		case err != nil || f != f:
			d.wrongType(v.node, "a percentage").WithFix("%s", "write a number with its sign: 20%")
		case !signed:
			d.wrongType(v.node, "a percentage").WithFix("write %s%%", strings.TrimSpace(digits))
		case f < 0:
			d.Errorf(diag.SNotAllowed, s.Span, "%s must not be negative", name).WithFix("write %s%%", strings.TrimPrefix(strings.TrimSpace(digits), "-"))
		default:
			*at(t) = source.At[float64]{Value: f, Span: s.Span}
		}
	})
}
