package model

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"

	"kith/internal/source"
	"kith/internal/sqltext"
)

// Part is one piece of a node's definition.
type Part struct {
	// Name is what a user calls the piece: "select", "where", "edge source inputs/logins".
	Name string
	// Text is the piece in canonical form.
	Text string
	// At is where it is written; zero where that is not known.
	At source.Span
}

// Need is a node that another one needs, with the hash that it has.
type Need struct{ Ref, Hash string }

// Definition is what the hash of a node is taken over, in pieces that can be compared with those of another time.
type Definition struct {
	// Parts are the node's own pieces, each name once.
	Parts []Part
	// Needs are what it needs, by ref. Their hashes stand for their definitions.
	Needs []Need
	// Columns are not part of the hash: of a table of finished vars, the cohort of its rows and the vars that it has.
	Columns []Need
}

// Part returns a piece by its name; ok is false when there is none.
func (d *Definition) Part(name string) (part Part, ok bool) {
	i := slices.IndexFunc(d.Parts, func(p Part) bool { return p.Name == name })
	if i < 0 {
		return Part{}, false
	}
	return d.Parts[i], true
}

// Need returns the hash of a need; ok is false when the node does not need it.
func (d *Definition) Need(ref string) (hash string, ok bool) {
	i := slices.IndexFunc(d.Needs, func(n Need) bool { return n.Ref == ref })
	if i < 0 {
		return "", false
	}
	return d.Needs[i].Hash, true
}

// TakingPart are those of nodes that are not left out of the run: what is missing has no part in what is made.
func TakingPart(nodes []Node) []Node {
	var out []Node
	for _, n := range nodes {
		if n.Base().Disabled == "" {
			out = append(out, n)
		}
	}
	return out
}

// NeedsOf are the nodes that take part with their hashes, sorted by ref.
func NeedsOf(nodes []Node) []Need {
	var out []Need
	for _, n := range TakingPart(nodes) {
		out = append(out, Need{n.Addr().Key(), n.Base().Hash})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Ref < out[j].Ref })
	return out
}

// HashRule is the version of the way hashes are taken; it is part of every hash.
const HashRule = "kith-hash-1"

// hash fills in Meaning, Parts and Hash of a node whose needs are hashed. usual is the grain of nodes that state none: that of
// another one is evaluated at times of its own.
func hash(n Node, salt string, usual Grain) {
	base := n.Base()
	d := &definer{node: n}
	fmt.Fprintf(&d.meaning, "%s\n%T %s\n", HashRule, n, n.Addr().Key())
	if salt != "" {
		fmt.Fprintf(&d.meaning, "rewritten by %s\n", salt)
	}
	d.add("rules of kith", HashRule+" "+salt, source.Span{})
	if base.Grain != usual {
		d.field("grain", base.Grain, "time_grain", base.Span)
	}
	d.define()
	base.Meaning, base.Parts = d.meaning.String(), d.parts
	h := sha256.New()
	h.Write([]byte(base.Meaning))
	var deps []string
	for _, m := range NeedsOf(base.Needs) {
		deps = append(deps, m.Ref+" "+m.Hash)
	}
	h.Write([]byte(strings.Join(deps, "\n")))
	base.Hash = hex.EncodeToString(h.Sum(nil))[:8]
}

// definer puts the definition of a node together, as the text that is hashed and as named pieces.
type definer struct {
	node    Node
	meaning strings.Builder
	parts   []Part
	// within names what the pieces to come belong to, as "edge source inputs/logins"; "" for the node itself.
	within string
}

// add adds to the piece of a name.
func (d *definer) add(name, text string, at source.Span) {
	for i := range d.parts {
		if p := &d.parts[i]; p.Name == name {
			p.Text += "\n" + text
			return
		}
	}
	d.parts = append(d.parts, Part{name, text, at})
}

// field adds a line to the meaning, and what it says to a piece.
func (d *definer) field(key string, v any, name string, at source.Span) {
	fmt.Fprintf(&d.meaning, "%s=%v\n", key, v)
	if d.within != "" {
		name = d.within
	}
	d.add(name, fmt.Sprintf("%s=%v", key, v), at)
}

func (d *definer) tree(key string, t *sqltext.Tree, name string) {
	if t != nil {
		d.field(key, t.Canonical(), name, t.Rendered.Text.Span())
	}
}

// rows are the ids and the time of a source's rows.
func (d *definer) rows(r *Rows) {
	for _, id := range r.IDs {
		name := "rudder_id"
		if id.Type != nil {
			name = id.Type.Name
		}
		d.field("id", id.Entity.Name+" "+name, "ids", id.Span)
		d.tree("id.select", id.Select, "ids")
	}
	d.tree("occurred_at", r.OccurredAt, "occurred_at_col")
}

func (d *definer) define() {
	span := d.node.Base().Span
	for _, t := range []*sqltext.Tree{d.node.Base().PreRun, d.node.Base().PostRun} {
		d.tree("hook", t, "hooks")
	}
	switch n := d.node.(type) {
	case *Input:
		d.field("from", fmt.Sprint(n.Format, n.Table, n.spec.CSV.Value+n.spec.Parquet.Value+n.spec.JSON.Value+n.spec.S3.Value), "table", orSpan(n.TableAt, span))
		d.tree("where", n.Where, "where")
		d.literal(n.Literal)
		d.rows(&n.Rows)
	case *SQLModel:
		d.field("output", n.Output, "output_type", span)
		d.tree("query", n.Query, "SQL")
		d.tree("statements", n.Statements, "SQL")
		d.rows(&n.Rows)
		for _, x := range n.Features {
			d.field("feature", x.Name, "features", x.Span)
		}
	case *Union:
		for _, s := range n.From {
			if s.Base().Disabled == "" {
				d.field("from", s.Addr().Key(), "sources", span)
			}
		}
		d.field("columns", n.Columns(), "columns", span)
		d.rows(&n.Rows)
	case *Stitcher:
		d.stitcher(n)
	case *Cohort:
		if n.Parent != nil {
			d.field("parent", n.Parent.Addr().Key(), "extends", span)
		}
		var w strings.Builder
		filterMeaning(&w, n.Filter)
		if w.Len() > 0 {
			d.meaning.WriteString(w.String())
			d.add("filter_pipeline", w.String(), orSpan(n.Filter.Span, span))
		}
	case *EntityVar:
		if n.From != nil { // the hash has it among the needs
			d.add("from", n.From.Addr().Key(), span)
		}
		d.value(n.Select, n.Where, n.Window, n.Default, n.Type)
	case *InputVar:
		d.value(n.Select, n.Where, n.Window, n.Default, n.Type)
	case *Check:
		d.check(n)
	case *FeatureTable:
		for _, x := range n.Features {
			if x.Var != nil && x.Var.Disabled != "" || x.Column != nil && x.Column.Model.Disabled != "" {
				continue
			}
			d.field("feature", x.Name(), "features", span)
			if x.Column != nil {
				d.field("of", x.Column.Model.Address, "features", span)
			}
		}
	case *FeatureView:
		d.field("name", n.Name, "name", span)
		d.field("table", n.Table, "materialization", span)
		for _, v := range n.Vars {
			if v.Disabled == "" {
				d.field("var", v.Address, "features", span)
			}
		}
		for _, c := range n.Columns {
			if c.Model.Disabled == "" {
				d.field("column", string(c.Model.Address)+"/"+c.Name, "features", span)
			}
		}
	}
}

func orSpan(at, otherwise source.Span) source.Span {
	if at.IsZero() {
		return otherwise
	}
	return at
}

// value is the definition of a var.
func (d *definer) value(sel, where *sqltext.Tree, window *Window, def, typ *sqltext.Tree) {
	d.tree("select", sel, "select")
	d.tree("where", where, "where")
	if window != nil {
		d.tree("window", window.Tree, "window")
	}
	d.tree("default", def, "default")
	d.tree("type", typ, "column_data_type")
}

// literal is a csv file of SQL literals.
func (d *definer) literal(l *LiteralRows) {
	if l == nil {
		return
	}
	for _, c := range l.Columns {
		d.field("column", c, "rows of the csv file", source.Span{})
	}
	for _, row := range l.Rows {
		for _, c := range row {
			d.tree("cell", c, "rows of the csv file")
		}
	}
}

func (d *definer) stitcher(n *Stitcher) {
	d.field("collator", n.Collator, "model_type", n.Span)
	d.field("column", n.Entity.IDColumn, "id_column_name", n.Entity.Span)
	for _, t := range n.Entity.IDTypes {
		d.field("type", t.Name, "id_types", n.Entity.Span)
		for _, x := range t.Normalize {
			d.field("normalize", t.Name+" "+x.String(), "normalize of "+t.Name, t.Span)
		}
		for _, x := range t.Filters {
			d.within = "filters of " + t.Name
			d.field("filter", fmt.Sprint(x.Exclude, x.Kind, x.Text), "", orSpan(x.Span, t.Span))
			if x.Values != nil {
				d.field("values", fmt.Sprintf("%q", x.Values), "", orSpan(x.Span, t.Span))
			}
			if x.Set != nil {
				d.field("set", setFrom(x.Set), "", x.Set.Span)
				d.tree("set.select", x.Set.Select, "")
				d.tree("set.where", x.Set.Where, "")
			}
			d.within = ""
		}
	}
	for _, m := range n.Entity.Limits() {
		d.field("limit", m.String(), "limits of edges", m.From.Span)
	}
	d.guards(n)
	if r := n.Rules; r != nil {
		d.field("rules", fmt.Sprint(r.Table, r.IncludeWins), "manual rules", n.Span)
	}
	d.decisions(n)
	sources := slices.Clone(n.Sources) // their order has no meaning, and the default stitcher's is that of files
	slices.SortStableFunc(sources, func(a, b *EdgeSource) int { return strings.Compare(a.From.Addr().Key(), b.From.Addr().Key()) })
	for _, es := range sources {
		if es.From.Base().Disabled != "" {
			continue
		}
		d.within = "edge source " + es.From.Addr().Key()
		d.field("edges", es.From.Addr().Key(), "", es.Span)
		for _, id := range es.IDs {
			d.field("edge id", id.Type.Name, "", id.Span)
			d.tree("edge select", id.Select, "")
		}
		d.within = ""
	}
}

func (d *definer) check(n *Check) {
	for _, a := range n.Asserts {
		d.field("assert", fmt.Sprint(a.Kind, a.Columns, a.Values), "promise", n.Span)
		if a.Rows != nil {
			d.field("rows", fmt.Sprint(*a.Rows), "promise", n.Span)
		}
		if a.Fresh != nil {
			d.field("fresh", fmt.Sprint(*a.Fresh), "promise", n.Span)
		}
		if b := a.Breaker; b != nil {
			d.field("breaker", fmt.Sprint(b.Size, b.Share, b.GrowthTimes, b.GrowthIDs), "promise", n.Span)
		}
		d.tree("sql", a.Query, "promise")
	}
}

// setFrom is where the values of a set come from.
func setFrom(s *ValueSet) string {
	key := s.From.Addr().Key()
	if !s.At.IsZero() {
		key += " at " + s.At.String()
	}
	return key
}

func filterMeaning(w *strings.Builder, x *CohortFilter) {
	if x == nil {
		return
	}
	fmt.Fprintf(w, "(exclude=%v ", x.Exclude)
	switch {
	case x.Cond != nil:
		w.WriteString(x.Cond.Canonical())
	case x.Set != nil:
		fmt.Fprintf(w, "set %s", setFrom(x.Set))
		for _, t := range []*sqltext.Tree{x.Set.Select, x.Set.Where} {
			if t != nil {
				w.WriteString(" " + t.Canonical())
			}
		}
	}
	for _, y := range x.All {
		w.WriteString(" all")
		filterMeaning(w, y)
	}
	for _, y := range x.Any {
		w.WriteString(" any")
		filterMeaning(w, y)
	}
	w.WriteString(")\n")
}
