package rel

import "fmt"

// frame is the sources that expressions of one query block may speak of, and those of the blocks around it.
type frame struct {
	outer   *frame
	sources []visible
}

// visible is a source with its columns; nil columns are not known.
type visible struct {
	alias string
	cols  []string
}

// source finds the source of an alias, in this block or around it.
func (f *frame) source(alias string) (visible, bool) {
	for ; f != nil; f = f.outer {
		for _, s := range f.sources {
			if s.alias == alias {
				return s, true
			}
		}
	}
	return visible{}, false
}

func (c *checker) rel(r Rel, sc *Scope, outer *frame) {
	switch r := r.(type) {
	case *Table:
		c.object(r.Object)
	case *Name:
		if !sc.Has(r.Name) {
			c.say("unknown common table expression %q", r.Name)
		}
	case *File:
		if r.Format != "csv" && r.Format != "parquet" && r.Format != "json" {
			c.say("unknown file format %q", r.Format)
		}
		if r.Path == "" {
			c.say("a file without a path")
		}
	case *Select:
		c.at("select", func() { c.sel(r, sc, outer) })
	case *Union:
		c.at("union", func() { c.union(r, sc, outer) })
	case *Values:
		c.at("values", func() { c.values(r, sc) })
	case *With:
		c.with(r, sc, outer)
	case *UserQuery:
		c.at("query", func() {
			if r.Tree == nil {
				c.say("no text")
				return
			}
			c.tree(r.Tree, r.Holes)
			c.holes(r.Holes, len(r.Tree.Rendered.Holes), sc, outer)
		})
	default:
		c.say("no relation")
	}
}

func (c *checker) with(r *With, sc *Scope, outer *frame) {
	seen := map[string]bool{}
	for _, t := range r.CTEs {
		c.at("with "+t.Name, func() {
			if t.Name == "" || seen[t.Name] {
				c.say("name is empty or stands twice")
			}
			seen[t.Name] = true
			c.rel(t.Rel, sc, outer)
		})
		sc = sc.Bind(t.Name, t.Rel)
	}
	c.rel(r.Body, sc, outer)
}

func (c *checker) union(r *Union, sc *Scope, outer *frame) {
	if len(r.Rels) == 0 {
		c.say("nothing to unite")
		return
	}
	first, known := sc.Columns(r.Rels[0])
	for i, a := range r.Rels {
		c.at(fmt.Sprintf("%d", i), func() {
			c.rel(a, sc, outer)
			if cols, ok := sc.Columns(a); ok && known && len(cols) != len(first) {
				c.say("%d columns, the first has %d", len(cols), len(first))
			}
		})
	}
}

func (c *checker) values(r *Values, sc *Scope) {
	if len(r.Columns) == 0 {
		c.say("no columns")
	}
	c.columns(r.Columns)
	for i, row := range r.Rows {
		if len(row) != len(r.Columns) {
			c.say("row %d has %d values for %d columns", i, len(row), len(r.Columns))
		}
		for _, x := range row {
			c.expr(x, sc, &frame{}, place{name: "values"})
		}
	}
}

func (c *checker) sel(r *Select, sc *Scope, outer *frame) {
	fr := &frame{outer: outer}
	if r.From.Rel == nil && len(r.Joins) > 0 {
		c.say("joins without a source")
	}
	if r.From.Rel != nil {
		c.addSource(fr, r.From, sc, outer, len(r.Joins) > 0)
	}
	after := append([]visible{}, fr.sources...)
	for _, j := range r.Joins {
		c.join(fr, j, sc, outer)
		if j.Kind != Semi && j.Kind != Anti {
			after = append(after, fr.sources[len(fr.sources)-1])
		} else {
			fr.sources = append([]visible{}, after...)
		}
	}
	c.exprs(r.Where, sc, fr, place{name: "where"})
	c.exprs(r.GroupBy, sc, fr, place{name: "group by"})
	c.exprs(r.Having, sc, fr, place{name: "having", aggs: true})
	c.items(r, sc, fr)
	for _, o := range r.OrderBy {
		c.expr(o.Expr, sc, &frame{outer: fr, sources: append([]visible{{alias: ""}}, fr.sources...)}, place{name: "order by", aggs: true, wins: true})
	}
	if r.Limit < 0 {
		c.say("negative limit")
	}
	c.grouping(r)
}

func (c *checker) addSource(fr *frame, s Source, sc *Scope, outer *frame, needsAlias bool) {
	c.at("from "+s.Alias, func() {
		if s.Rel == nil {
			c.say("no relation")
			return
		}
		c.rel(s.Rel, sc, outer)
		if s.Alias == "" && needsAlias {
			c.say("a joined source without an alias")
		}
		for _, v := range fr.sources {
			if v.alias == s.Alias {
				c.say("alias %q stands twice", s.Alias)
			}
		}
		v := visible{alias: s.Alias}
		if cols, ok := sc.Columns(s.Rel); ok {
			v.cols = append([]string{}, cols...)
		}
		fr.sources = append(fr.sources, v)
	})
}

func (c *checker) join(fr *frame, j Join, sc *Scope, outer *frame) {
	c.addSource(fr, j.Source, sc, outer, true)
	switch {
	case j.Kind == Cross && len(j.On) > 0:
		c.say("a cross join with a condition")
	case j.Kind != Cross && len(j.On) == 0:
		c.say("join %q without a condition", j.Alias)
	}
	c.exprs(j.On, sc, fr, place{name: "on"})
}

func (c *checker) items(r *Select, sc *Scope, fr *frame) {
	if len(r.Items) == 0 {
		c.say("no items")
	}
	var names []string
	for _, it := range r.Items {
		if !it.Star {
			if it.Name() != "" || len(r.Items) > 1 {
				names = append(names, it.Name())
			}
			c.at("item "+it.Name(), func() { c.expr(it.Expr, sc, fr, place{name: "item", aggs: true, wins: true}) })
			continue
		}
		if r.From.Rel == nil {
			c.say("a star without a source")
		}
		if it.Of != "" {
			if _, ok := (&frame{sources: fr.sources}).source(it.Of); !ok {
				c.say("a star of unknown alias %q", it.Of)
			}
		}
		if cols, ok := sc.StarColumns(r, it); ok {
			for _, col := range cols {
				names = append(names, col.Name)
			}
		}
	}
	c.unique(names, "output column")
}

// grouping verifies that a block with aggregates or groups uses plain columns only as its groups do.
func (c *checker) grouping(r *Select) {
	grouped := len(r.GroupBy) > 0 || len(r.Having) > 0
	for _, it := range r.Items {
		grouped = grouped || aggregates(it.Expr)
	}
	if !grouped {
		return
	}
	keys := map[string]bool{}
	for _, g := range r.GroupBy {
		keys[FormatExpr(g)] = true
	}
	for _, it := range r.Items {
		if it.Star {
			c.say("a star among aggregates")
			continue
		}
		if bad := ungrouped(it.Expr, keys); bad != nil {
			c.say("item %q: %s is neither grouped nor aggregated", it.Name(), FormatExpr(bad))
		}
	}
	for _, h := range r.Having {
		if bad := ungrouped(h, keys); bad != nil {
			c.say("having: %s is neither grouped nor aggregated", FormatExpr(bad))
		}
	}
}

// aggregates reports an aggregate in an expression, not looking into subqueries.
func aggregates(e Expr) bool {
	found := false
	v := Visitor{Rel: func(Rel) bool { return false }, Expr: func(e Expr) bool {
		switch e := e.(type) {
		case *Agg:
			found = true
		case *User:
			if e.Tree != nil && e.Tree.Facts.Aggregates && e.Over == nil {
				found = true
			}
		}
		return !found
	}}
	v.VisitExpr(e)
	return found
}

// ungrouped returns a column that stands outside aggregates and groups, nil when there is none. A user's text that
// aggregates is taken on trust: its columns are the engine's to judge.
func ungrouped(e Expr, keys map[string]bool) (bad Expr) {
	v := Visitor{Rel: func(Rel) bool { return false }, Expr: func(e Expr) bool {
		if bad != nil || keys[FormatExpr(e)] {
			return false
		}
		switch e := e.(type) {
		case *Agg:
			return false
		case *Col:
			bad = e
		case *User:
			if e.Tree != nil && (e.Tree.Facts.Aggregates || len(e.Tree.Nodes) > 0 && !hasColumn(e.Tree.Nodes)) {
				return false
			}
			bad = e
		}
		return bad == nil
	}}
	v.VisitExpr(e)
	return bad
}
