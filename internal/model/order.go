package model

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"

	"kith/internal/addr"
	"kith/internal/diag"
	"kith/internal/sqltext"
)

// order sorts all nodes so that each comes after what it needs, reports cycles, and hashes.
func (b *Builder) order() {
	for _, s := range b.Stitchers { // filters belong to id types; whoever stitches with them waits for what they read
		for _, t := range s.Entity.IDTypes {
			for _, f := range t.Filters {
				if f.Set != nil && f.Set.From != nil {
					s.need(f.Set.From)
				}
			}
		}
	}
	const visiting, done = 1, 2
	state := map[Node]int{}
	var path []Node
	var visit func(n Node)
	visit = func(n Node) {
		switch state[n] {
		case done:
			return
		case visiting:
			b.sayCycle(path, n)
			return
		}
		state[n] = visiting
		path = append(path, n)
		for _, m := range n.Base().Needs {
			visit(m)
			if m.Base().Broken {
				n.Base().Broken = true
			}
		}
		path = path[:len(path)-1]
		state[n] = done
		disable(n)
		b.Order = append(b.Order, n)
	}
	for _, p := range b.Paths() {
		visit(b.Node(addr.Addr(p)))
	}
	for _, n := range b.Order {
		hash(n, b.opt.HashSalt)
	}
}

// disable takes a node out of the run when something it cannot do without is out. A stitcher does without some of its sources,
// a var table, feature table or view without some of its vars.
func disable(n Node) {
	base := n.Base()
	if base.Disabled == "" && base.Enable == "disabled" {
		base.Disabled = "its enable_status is disabled"
	}
	if base.Disabled != "" {
		return
	}
	because := func(m Node) {
		if why := m.Base().Disabled; why != "" && base.Disabled == "" {
			base.Disabled = "it needs " + string(m.Addr()) + ", and " + why
		}
	}
	switch n := n.(type) {
	case *Stitcher:
		for _, es := range n.Sources {
			if es.From.Base().Disabled == "" {
				return
			}
		}
		for _, es := range n.Sources {
			because(es.From)
		}
	case *Union:
		for _, s := range n.From {
			if s.Base().Disabled == "" {
				return
			}
		}
		for _, s := range n.From {
			because(s)
		}
	case *VarTable:
		because(n.Cohort)
	case *FeatureTable:
		if n.Cohort != nil {
			because(n.Cohort)
		}
	case *FeatureView:
		because(n.Cohort.VarTable)
	default:
		for _, m := range base.Needs {
			because(m)
		}
	}
}

func (b *Builder) sayCycle(path []Node, back Node) {
	start := 0
	for i, n := range path {
		if n == back {
			start = i
		}
	}
	loop := path[start:]
	var names []string
	told := false
	for i, n := range loop {
		names = append(names, string(n.Addr()))
		n.Base().Broken = true
		need := [2]Node{n, loop[(i+1)%len(loop)]}
		told = told || b.inCircle[need]
		b.inCircle[need] = true
	}
	if told { // one that shares a reference with it opens with it, perhaps
		return
	}
	// The circle is told from its alphabetically first node, so that it reads the same from wherever it was entered.
	first := 0
	for i := range names {
		if names[i] < names[first] {
			first = i
		}
	}
	names = append(names[first:], names[:first]...)
	loop = append(append([]Node{}, loop[first:]...), loop[:first]...)
	d := b.Diags.Errorf(diag.RCycle, loop[0].Base().Span, "cyclic dependency: %s -> %s", strings.Join(names, " -> "), names[0])
	for _, n := range loop[1:] {
		d.WithAlso(n.Base().Span, "%s is part of the circle", n.Addr())
	}
	d.WithFix("take one of the references out of the circle")
}

// hashRule is the version of the way hashes are taken; it is part of every hash.
const hashRule = "kith-hash-1"

// hash fills in Meaning and Hash of a node whose needs are hashed.
func hash(n Node, salt string) {
	base := n.Base()
	var sb strings.Builder
	fmt.Fprintf(&sb, "%s\n%T %s\n", hashRule, n, n.Addr().Key())
	if salt != "" {
		fmt.Fprintf(&sb, "rewritten by %s\n", salt)
	}
	meaning(&sb, n)
	base.Meaning = sb.String()
	h := sha256.New()
	h.Write([]byte(base.Meaning))
	var deps []string
	for _, m := range base.Needs {
		deps = append(deps, m.Addr().Key()+" "+m.Base().Hash)
	}
	sort.Strings(deps)
	h.Write([]byte(strings.Join(deps, "\n")))
	base.Hash = hex.EncodeToString(h.Sum(nil))[:8]
}

func meaning(w *strings.Builder, n Node) {
	f := func(key string, v any) { fmt.Fprintf(w, "%s=%v\n", key, v) }
	for _, t := range []*sqltext.Tree{n.Base().PreRun, n.Base().PostRun} {
		if t != nil {
			f("hook", t.Canonical())
		}
	}
	tree := func(key string, t *sqltext.Tree) {
		if t != nil {
			f(key, t.Canonical())
		}
	}
	rows := func(r *Rows) {
		for _, id := range r.IDs {
			name := "rudder_id"
			if id.Type != nil {
				name = id.Type.Name
			}
			f("id", id.Entity.Name+" "+name)
			tree("id.select", id.Select)
		}
		tree("occurred_at", r.OccurredAt)
	}
	window := func(win *Window) {
		if win != nil {
			tree("window", win.Tree)
		}
	}
	switch n := n.(type) {
	case *Input:
		f("from", fmt.Sprint(n.Format, n.Table, n.spec.CSV.Value+n.spec.Parquet.Value+n.spec.JSON.Value+n.spec.S3.Value))
		tree("where", n.Where)
		if n.Literal != nil {
			for _, c := range n.Literal.Columns {
				f("column", c)
			}
			for _, row := range n.Literal.Rows {
				for _, c := range row {
					tree("cell", c)
				}
			}
		}
		rows(&n.Rows)
	case *SQLModel:
		f("output", n.Output)
		tree("query", n.Query)
		tree("statements", n.Statements)
		rows(&n.Rows)
		for _, x := range n.Features {
			f("feature", x.Name)
		}
	case *Union:
		for _, s := range n.From {
			f("from", s.Addr().Key())
		}
		f("columns", n.Columns())
		rows(&n.Rows)
	case *Stitcher:
		f("collator", n.Collator)
		f("column", n.Entity.IDColumn)
		for _, t := range n.Entity.IDTypes {
			f("type", t.Name)
			for _, x := range t.Filters {
				f("filter", fmt.Sprint(x.Exclude, x.Kind, x.Text))
				if x.Set != nil {
					f("set", setFrom(x.Set))
					tree("set.select", x.Set.Select)
					tree("set.where", x.Set.Where)
				}
			}
		}
		for _, m := range n.Entity.Limits() {
			f("limit", fmt.Sprint(m.From.Name, " ", m.To.Name, " ", m.Most))
		}
		if r := n.Rules; r != nil {
			f("rules", fmt.Sprint(r.Table, r.IncludeWins))
		}
		sources := slices.Clone(n.Sources) // their order has no meaning, and the default stitcher's is that of files
		slices.SortStableFunc(sources, func(a, b *EdgeSource) int { return strings.Compare(a.From.Addr().Key(), b.From.Addr().Key()) })
		for _, es := range sources {
			f("edges", es.From.Addr().Key())
			for _, id := range es.IDs {
				f("edge id", id.Type.Name)
				tree("edge select", id.Select)
			}
		}
	case *Cohort:
		if n.Parent != nil {
			f("parent", n.Parent.Addr().Key())
		}
		filterMeaning(w, n.Filter)
	case *EntityVar:
		tree("select", n.Select)
		tree("where", n.Where)
		window(n.Window)
		tree("default", n.Default)
		tree("type", n.Type)
	case *InputVar:
		tree("select", n.Select)
		tree("where", n.Where)
		window(n.Window)
		tree("default", n.Default)
		tree("type", n.Type)
	case *Check:
		for _, a := range n.Asserts {
			f("assert", fmt.Sprint(a.Kind, a.Columns, a.Values))
			if a.Rows != nil {
				f("rows", fmt.Sprint(*a.Rows))
			}
			if a.Fresh != nil {
				f("fresh", fmt.Sprint(*a.Fresh))
			}
			tree("sql", a.Query)
		}
	case *FeatureTable:
		for _, x := range n.Features {
			f("feature", x.Name())
			if x.Column != nil {
				f("of", x.Column.Model.Address)
			}
		}
	case *FeatureView:
		f("name", n.Name)
		f("table", n.Table)
		for _, v := range n.Vars {
			f("var", v.Address)
		}
		for _, c := range n.Columns {
			f("column", string(c.Model.Address)+"/"+c.Name)
		}
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
