package project

import (
	"slices"
	"strings"

	"kith/internal/lineage"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/source"
)

// Lineage is how columns are followed through a compiled project: every step, and the published names.
func (c *Compiled) Lineage() *lineage.Graph {
	g := &lineage.Graph{Catalog: c.catalogColumns}
	for _, s := range c.Lowered.Steps {
		g.Add(s.Program)
	}
	if p := c.Plan.Publish; p != nil {
		g.Add(rel.Program{p})
	}
	return g
}

// catalogColumns are the columns of a table of the user, nil when there is nobody to ask or no such table.
func (c *Compiled) catalogColumns(o rel.Object) []string {
	if c.Settings.Catalog == nil || o.Space == rel.Internal || o.Space == rel.Temp || o.Space == rel.Scratch {
		return nil
	}
	t, ok, err := c.Settings.Catalog.Table(o)
	if err != nil || !ok {
		return nil
	}
	var names []string
	for _, col := range t.Columns {
		names = append(names, col.Name)
	}
	return names
}

// FeatureLineage is a feature with the columns that it is made of.
type FeatureLineage struct {
	Feature string `json:"feature"`
	// Path is the address of the var, or of the SQL model's column.
	Path   string `json:"path"`
	Entity string `json:"entity"`
	Cohort string `json:"cohort"`
	// Of is the path of what its rows come from, "" for what is derived from other vars or constant.
	Of string `json:"of,omitempty"`
	// Published are the names that have it as a column.
	Published []string `json:"published"`
	// Inputs are columns of inputs and of tables that SQL models name themselves. Those of the identity graph are left out: which
	// rows belong to whom is decided by it for every feature.
	Inputs []LineageInput `json:"inputs"`
	File   string         `json:"file,omitempty"`
	Line   int            `json:"line,omitempty"`
}

// LineageInput is a column that a feature is made of.
type LineageInput struct {
	// From is the path of the input, or of an SQL model that could not be taken apart, or the name of a table.
	From   string        `json:"from"`
	Column string        `json:"column"`
	Uses   []lineage.Use `json:"uses"`
}

// Features follows every var and every column of an SQL model that is a feature to the columns of inputs, in the order of the graph.
func (c *Compiled) Features() []*FeatureLineage {
	g := c.Lineage()
	f := &featureTracer{g: g, makers: map[string]*lower.Step{}}
	for _, s := range c.Lowered.Steps {
		for _, o := range append([]rel.Object{s.Out}, s.Extra...) {
			f.makers[o.Key()] = s
		}
	}
	published := map[string]string{}
	for _, p := range c.Plan.Published {
		published[string(p.Step)] = p.Name
	}
	shownBy := func(shows func(model.Node) bool) []string {
		names := []string{}
		for _, n := range c.Graph.Order {
			if name := published[string(n.Addr())]; name != "" && shows(n) {
				names = append(names, name)
			}
		}
		return names
	}
	out := []*FeatureLineage{}
	for _, n := range c.Graph.Order {
		switch n := n.(type) {
		case *model.EntityVar:
			if n.Cohort.VarTable == nil || c.Lowered.Step(n.Cohort.VarTable.Address) == nil || n.Broken || n.Disabled != "" {
				continue
			}
			l := &FeatureLineage{Feature: n.Name, Path: string(n.Address), Entity: n.Cohort.Entity.Name, Cohort: n.Cohort.Name,
				Inputs: f.trace(c.Lowered.Step(n.Cohort.VarTable.Address).Out, n.Name), Published: shownBy(func(o model.Node) bool { return has(o, n) })}
			if n.From != nil {
				l.Of = string(n.From.Addr())
			}
			l.at(n.Span)
			out = append(out, l)
		case *model.SQLModel:
			s := c.Lowered.Step(n.Address)
			if s == nil || n.Of == nil {
				continue
			}
			for _, col := range n.Features {
				l := &FeatureLineage{Feature: col.Name, Path: string(n.Address) + "/" + col.Name, Entity: n.Of.Entity.Name, Cohort: n.Of.Name, Of: string(n.Address),
					Inputs: f.trace(s.Out, col.Name), Published: shownBy(func(o model.Node) bool { return hasColumn(o, col) })}
				l.at(col.Span)
				out = append(out, l)
			}
		}
	}
	return out
}

func (l *FeatureLineage) at(span source.Span) {
	if !span.IsZero() {
		l.File = span.Path()
		l.Line, _ = span.Position()
	}
}

// hasColumn reports whether a node shows the column of an SQL model.
func hasColumn(n model.Node, col *model.ColumnFeature) bool {
	switch n := n.(type) {
	case *model.FeatureTable:
		return slices.ContainsFunc(n.Features, func(f model.TableFeature) bool { return f.Column != nil && f.Column.ColumnFeature == col })
	case *model.FeatureView:
		return slices.ContainsFunc(n.Columns, func(f *model.ModelFeature) bool { return f.ColumnFeature == col })
	}
	return false
}

// has reports whether a node shows a var as a column.
func has(n model.Node, v *model.EntityVar) bool {
	switch n := n.(type) {
	case *model.VarTable:
		return n.Cohort == v.Cohort
	case *model.FeatureTable:
		return slices.ContainsFunc(n.Features, func(f model.TableFeature) bool { return f.Var == v })
	case *model.FeatureView:
		return slices.Contains(n.Vars, v)
	}
	return false
}

type featureTracer struct {
	g *lineage.Graph
	// makers are the steps by what they make.
	makers map[string]*lower.Step
}

// trace follows a column to inputs. It stops at what an input makes, so that a column is named by the input and not by its table,
// and at identity graphs.
func (f *featureTracer) trace(o rel.Object, name string) []LineageInput {
	kind := func(d lineage.Dataset) (input, graph bool) {
		if d.File != "" || f.makers[d.Object.Key()] == nil {
			return false, false
		}
		switch f.makers[d.Object.Key()].Node.(type) {
		case *model.Input:
			return true, false
		case *model.Stitcher:
			return false, true
		}
		return false, false
	}
	stop := func(d lineage.Dataset) bool {
		input, graph := kind(d)
		return input || graph
	}
	out := []LineageInput{}
	for _, in := range f.g.Trace(o, name, stop) {
		if _, graph := kind(in.Dataset); graph {
			continue
		}
		l := LineageInput{From: in.Dataset.File, Column: in.Column, Uses: in.Uses}
		if s := f.makers[in.Dataset.Key()]; s != nil {
			l.From = string(s.Addr)
		} else if l.From == "" {
			l.From = objectName(in.Dataset.Object)
		}
		out = append(out, l)
	}
	return out
}

func objectName(o rel.Object) string {
	var parts []string
	for _, p := range o.Parts {
		parts = append(parts, p.Name)
	}
	return strings.Join(parts, ".")
}
