package model

import (
	"strconv"
	"strings"
	"time"

	"kith/internal/addr"
	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
	"kith/internal/sqltext"
)

// Check is what must hold of the rows of one node before a run publishes them.
type Check struct {
	NodeBase
	// Name is unique in the project, packages included.
	Name, Description string
	// On is the node that is looked at; nil after a mistake.
	On Node
	// Block tells that a failure keeps the run from publishing; it is only shown otherwise. The assertion Fresh tells by
	// itself.
	Block bool
	// BuiltIn tells that nobody wrote the check.
	BuiltIn bool
	Asserts []*Assertion
}

// AssertKind is what an assertion is about.
type AssertKind string

// The kinds of assertions, by the keys that ask for them.
const (
	NotNull        AssertKind = "not_null"
	Unique         AssertKind = "unique"
	UniqueTogether AssertKind = "unique_together"
	AcceptedValues AssertKind = "accepted_values"
	RowBounds      AssertKind = "rows"
	NoRow          AssertKind = "sql"
	Fresh          AssertKind = "freshness"
	CircuitBreaker AssertKind = "circuit_breaker"
)

// Assertion is one promise of a check.
type Assertion struct {
	Kind AssertKind
	Span source.Span
	// Columns are the one column of not_null, unique and accepted_values, all columns of unique_together; Places are where
	// they are written.
	Columns []string
	Places  []source.Span
	// Values are the texts, int64, float64 and bool of accepted_values.
	Values []any
	Rows   *Bounds       // of rows
	Query  *sqltext.Tree // of sql
	Fresh  *Freshness    // of freshness
	// Breaker is of circuit_breaker.
	Breaker *Breaker
}

// Bounds is how many rows there may be. A negative bound is none.
type Bounds struct {
	AtLeast, AtMost int64
	// ShrinkAtMost and GrowAtMost are percentages of the rows published last.
	ShrinkAtMost, GrowAtMost float64
}

// Compares reports whether a bound looks at what was published last.
func (b *Bounds) Compares() bool { return b.ShrinkAtMost >= 0 || b.GrowAtMost >= 0 }

// Freshness is how old the newest row of an input may be at the end of a run. A zero age is no limit.
type Freshness struct{ WarnAfter, BlockAfter time.Duration }

// declareChecks resolves the paths of a unit's checks and queues their texts.
func (b *Builder) declareChecks() {
	for _, s := range b.unit.spec.Checks {
		if s.Name.Value == "" || s.On.Value == "" {
			continue // the loader has said so
		}
		c := &Check{Name: strings.ReplaceAll(b.unit.prefix, "packages/", "") + s.Name.Value, Description: s.Description.Value,
			Block: s.OnFailure.Value != "warn"}
		c.Address, c.Span = addr.Addr(b.unit.prefix+"checks/"+s.Name.Value), s.Name.Span
		if c.On = b.checkable(s.On); c.On == nil {
			continue
		}
		c.need(c.On)
		b.Checks = append(b.Checks, c)
		b.assert(c, s)
	}
}

// checkable is the node that a check looks at; nil after saying what is wrong.
func (b *Builder) checkable(path source.At[string]) Node {
	n, child, ok := b.Find(path.Value)
	if !ok {
		b.unknownPath(path, "object to check at", func(n Node) bool { return whyNotChecked(n) == "" })
		return nil
	}
	fix := whyNotChecked(n)
	if child != "" {
		fix = "name " + string(n.Addr()) + " itself"
	}
	if fix == "" {
		return n
	}
	if !n.Base().Broken {
		b.Diags.Errorf(diag.RCheck, path.Span, "%q cannot be checked by itself", path.Value).
			WithAlso(n.Base().Span, "%s is declared here", n.Addr()).WithFix("%s", fix)
	}
	return nil
}

// whyNotChecked is the way out when a node has no rows of its own, "" when it has.
func whyNotChecked(n Node) string {
	switch n := n.(type) {
	case *Input, *Union, *Stitcher, *Cohort, *VarTable, *FeatureTable, *FeatureView:
		return ""
	case *SQLModel:
		if n.Output == AsEphemeral {
			return "the model is ephemeral: set output_type to view or table, or check what reads it"
		}
		return ""
	case *EntityVar:
		return "it is a column: write on: " + string(n.Cohort.Address.Child(ChildVarTable)) + " and name the column"
	case *InputVar:
		return "it is a column that is made while rows are read: check an entity var of it"
	}
	return "this version does not run the model"
}

// assert makes the assertions of a check as written.
func (b *Builder) assert(c *Check, s *spec.Check) {
	add := func(a *Assertion, columns ...source.At[string]) {
		for _, name := range columns {
			a.Columns, a.Places = append(a.Columns, name.Value), append(a.Places, name.Span)
		}
		c.Asserts = append(c.Asserts, a)
	}
	for _, name := range s.NotNull {
		add(&Assertion{Kind: NotNull, Span: name.Span}, name)
	}
	for _, name := range s.Unique {
		add(&Assertion{Kind: Unique, Span: name.Span}, name)
	}
	if len(s.UniqueTogether) > 0 {
		add(&Assertion{Kind: UniqueTogether, Span: s.UniqueTogether[0].Span}, s.UniqueTogether...)
	}
	if v := s.AcceptedValues; v != nil && v.Column.Value != "" {
		add(&Assertion{Kind: AcceptedValues, Span: v.Column.Span, Values: scalars(v.Values)}, v.Column)
	}
	if s.Rows != nil {
		add(&Assertion{Kind: RowBounds, Span: s.Rows.Span, Rows: b.bounds(c, s.Rows)})
	}
	if s.SQL.TrimSpace().S != "" {
		a := &Assertion{Kind: NoRow, Span: firstLine(s.SQL.Span())}
		add(a)
		b.Text(func() { a.Query = b.Query(c, s.SQL, Scope{This: c.On}) })
	}
}

// firstLine cuts a place to its first line: what is pointed at when a text of several is meant.
func firstLine(at source.Span) source.Span {
	if i := strings.IndexAny(at.Text(), "\r\n"); i >= 0 {
		at.End = at.Start + i
	}
	return at
}

// scalars are values with the types that YAML gives them. Texts beside numbers make texts of all: a column has one type.
func scalars(nodes []*source.Node) []any {
	var out []any
	texts := false
	for _, n := range nodes {
		var v any = n.Text.S
		switch n.Tag {
		case "!!int":
			if i, err := strconv.ParseInt(n.Text.S, 0, 64); err == nil {
				v = i
			}
		case "!!float":
			if f, err := strconv.ParseFloat(n.Text.S, 64); err == nil {
				v = f
			}
		case "!!bool":
			if t, err := strconv.ParseBool(strings.ToLower(n.Text.S)); err == nil {
				v = t
			}
		}
		_, text := v.(string)
		texts = texts || text
		out = append(out, v)
	}
	if texts {
		for i, n := range nodes {
			out[i] = n.Text.S
		}
	}
	return out
}

func (b *Builder) bounds(c *Check, s *spec.RowBounds) *Bounds {
	out := &Bounds{AtLeast: -1, AtMost: -1, ShrinkAtMost: -1, GrowAtMost: -1}
	if !s.AtLeast.Span.IsZero() {
		out.AtLeast = int64(s.AtLeast.Value)
	}
	if !s.AtMost.Span.IsZero() {
		out.AtMost = int64(s.AtMost.Value)
	}
	for _, p := range []struct {
		at   source.At[float64]
		to   *float64
		name string
	}{{s.ShrinkAtMost, &out.ShrinkAtMost, "shrink_at_most"}, {s.GrowAtMost, &out.GrowAtMost, "grow_at_most"}} {
		if p.at.Span.IsZero() {
			continue
		}
		*p.to = p.at.Value
		if _, input := c.On.(*Input); input {
			b.Diags.Errorf(diag.RCheck, p.at.Span, "%s compares with what was published last, and %s is not published", p.name, c.On.Addr()).
				WithAlso(c.On.Base().Span, "declared here").WithFix("set at_least and at_most, or check an SQL model of it")
			c.Broken = true
		}
	}
	return out
}

// settleChecks adds the checks that nobody has to write, compares columns with those there are, and hashes.
func (b *Builder) settleChecks() {
	own := b.builtIn()
	for _, c := range b.Checks {
		b.checkColumnsOf(c)
	}
	b.Checks = append(own, b.Checks...)
	for _, c := range b.Checks {
		for _, n := range c.Needs {
			c.Broken = c.Broken || n.Base().Broken
			if why := n.Base().Disabled; why != "" && c.Disabled == "" {
				c.Disabled = "it needs " + string(n.Addr()) + ", and " + why
			}
		}
		hash(c, b.opt.HashSalt, b.Graph.Grain)
	}
}

// builtIn are the checks of main ids in everything that has one row for each, of the nodes of graphs, and of freshness.
func (b *Builder) builtIn() []*Check {
	var out []*Check
	add := func(n Node, name string, block bool, asserts ...*Assertion) {
		if n.Base().Disabled != "" || n.Base().Broken {
			return
		}
		c := &Check{Name: name, On: n, Block: block, BuiltIn: true, Asserts: asserts}
		c.Address, c.Span = n.Addr().Child("checks"), n.Base().Span
		c.need(n)
		for _, a := range asserts {
			if a.Span.IsZero() {
				a.Span = n.Base().Span
			}
		}
		out = append(out, c)
	}
	keyed := func(n Node, e *Entity, name string) {
		id := []string{e.IDColumn}
		add(n, "main ids of "+name, true, &Assertion{Kind: NotNull, Columns: id}, &Assertion{Kind: Unique, Columns: id})
	}
	for _, in := range b.Inputs {
		if a := b.freshness(in); a != nil {
			add(in, "freshness of "+string(in.Address), a.Fresh.BlockAfter > 0, a)
		}
	}
	for _, s := range b.Stitchers {
		add(s, "ids of "+s.Name, true, &Assertion{Kind: NotNull, Columns: []string{s.Entity.IDColumn}},
			&Assertion{Kind: UniqueTogether, Columns: []string{"other_id", "other_id_type"}})
		if br := s.Guards.Breaker; br != nil {
			add(s, "circuit breaker of "+s.Name, br.Block, &Assertion{Kind: CircuitBreaker, Span: br.Span, Breaker: br})
		}
	}
	for _, c := range b.Cohorts {
		keyed(c, c.Entity, c.ObjectName())
		if c.VarTable != nil {
			keyed(c.VarTable, c.Entity, c.VarTable.ObjectName())
		}
	}
	for _, t := range b.Tables {
		if t.Cohort != nil {
			keyed(t, t.Cohort.Entity, t.Name)
		}
	}
	for _, v := range b.Views {
		if v.By == nil {
			keyed(v, v.Cohort.Entity, v.Name)
		}
	}
	return out
}

// freshness is the assertion of an input's newest row, nil when none is asked for. A mistake breaks the input.
func (b *Builder) freshness(in *Input) *Assertion {
	s := in.spec.Freshness
	if s == nil || in.replaced || in.Broken {
		return nil
	}
	f := &Freshness{}
	// The loader has read both before.
	f.WarnAfter, _ = time.ParseDuration(s.WarnAfter.Value)
	f.BlockAfter, _ = time.ParseDuration(s.BlockAfter.Value)
	if f.WarnAfter > 0 && f.BlockAfter > 0 && f.WarnAfter >= f.BlockAfter {
		b.Diags.Errorf(diag.RCheck, s.WarnAfter.Span, "warn_after %s is not before block_after %s, so nothing is ever only warned of", s.WarnAfter.Value, s.BlockAfter.Value).
			WithAlso(s.BlockAfter.Span, "block_after is written here").WithFix("make warn_after the shorter one, or take it away")
		in.Broken = true
	}
	if in.Age() == nil {
		b.Diags.Errorf(diag.RCheck, s.Span, "the age of the rows of %s cannot be told: it has neither loaded_at_col nor occurred_at_col", in.Address).
			WithAlso(in.Span, "declared here").WithFix("add one of them under app_defaults, or take freshness away")
		in.Broken = true
	}
	if in.Broken {
		return nil
	}
	in.Freshness = f
	return &Assertion{Kind: Fresh, Span: s.Span, Fresh: f}
}

// checkColumnsOf compares the columns that a check names with those that its node has, where they are known.
func (b *Builder) checkColumnsOf(c *Check) {
	if c.On.Base().Broken {
		return
	}
	cols := checkedColumns(c.On)
	spelt := map[string]string{} // letter case does not matter
	for _, name := range cols {
		spelt[strings.ToLower(name)] = name
	}
	for _, a := range c.Asserts {
		named := map[string]bool{}
		for i, name := range a.Columns {
			key := strings.ToLower(name)
			switch {
			case named[key]:
				b.Diags.Errorf(diag.RDuplicateColumn, a.Places[i], "unique_together names %q twice", name).WithFix("name it once")
			case cols != nil && spelt[key] == "":
				b.Diags.Errorf(diag.RUnknownColumn, a.Places[i], "%s has no column %q", c.On.Addr(), name).
					WithAlso(c.On.Base().Span, "declared here").WithFix("%s", orElse(didYouMean(name, cols), "its columns are "+firstOf(cols)))
			default:
				named[key] = true
				if cols != nil {
					a.Columns[i] = spelt[key]
				}
				if v := varOf(c.On, name); v != nil { // a column that takes no part cannot be looked at
					c.need(v)
				}
				continue
			}
			c.Broken = true
		}
	}
}

// varOf is the var behind a column of a node, nil when the column is none.
func varOf(n Node, column string) *EntityVar {
	switch n := n.(type) {
	case *VarTable:
		return n.Cohort.Find(column)
	case *FeatureTable:
		for _, f := range n.Features {
			if f.Var != nil && strings.EqualFold(f.Var.Name, column) {
				return f.Var
			}
		}
	case *FeatureView:
		for _, v := range n.Vars {
			if strings.EqualFold(v.Name, column) {
				return v
			}
		}
	}
	return nil
}

// checkedColumns are the columns of what a node becomes; nil when they are not known.
func checkedColumns(n Node) []string {
	varNames := func(head []string, vars []*EntityVar) []string {
		for _, v := range vars {
			head = append(head, v.Name)
		}
		return head
	}
	switch n := n.(type) {
	case *Cohort:
		return []string{n.Entity.IDColumn}
	case *VarTable:
		return varNames([]string{n.Cohort.Entity.IDColumn}, n.Cohort.Visible())
	case *FeatureTable:
		out := []string{n.Cohort.Entity.IDColumn, "valid_at"}
		for _, f := range n.Features {
			out = append(out, f.Name())
		}
		return out
	case *FeatureView:
		key := n.Cohort.Entity.IDColumn
		if n.By != nil {
			key = n.By.Name
		}
		out := varNames([]string{key}, n.Vars)
		for _, f := range n.Columns {
			out = append(out, f.Name)
		}
		return out
	case Source:
		return columnsOf(n)
	}
	return nil
}
