package run

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"kith/internal/dialect"
	"kith/internal/model"
	"kith/internal/plan"
	"kith/internal/rel"
)

// definitionTable has what the hashes of nodes and steps are taken over, and the SQL of steps, once for each ref and hash. By
// it a plan says what changed since an earlier run.
var definitionTable = rel.Named(rel.Internal, "kith_definition")

var definitionColumns = []rel.Column{
	{Name: "model_ref", Type: rel.Text}, {Name: "model_hash", Type: rel.Text}, {Name: "seq_no", Type: rel.BigInt},
	{Name: "definition", Type: rel.Text}, {Name: "compiled_sql", Type: rel.Text}, // NULL for what is part of a step
}

// written is a definition as its table keeps it.
type written struct {
	Parts []writtenPart `json:"parts,omitempty"`
	// Needs and Columns are pairs of ref and hash.
	Needs   [][2]string `json:"needs,omitempty"`
	Columns [][2]string `json:"columns,omitempty"`
}

type writtenPart struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

func textOf(d model.Definition) (string, error) {
	var w written
	for _, p := range d.Parts {
		w.Parts = append(w.Parts, writtenPart{p.Name, p.Text})
	}
	w.Needs, w.Columns = pairs(d.Needs), pairs(d.Columns)
	text, err := json.Marshal(w)
	return string(text), err
}

func definitionOf(text string) (d model.Definition, err error) {
	var w written
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return d, err
	}
	for _, p := range w.Parts {
		d.Parts = append(d.Parts, model.Part{Name: p.Name, Text: p.Text})
	}
	d.Needs, d.Columns = needs(w.Needs), needs(w.Columns)
	return d, nil
}

func pairs(list []model.Need) (out [][2]string) {
	for _, n := range list {
		out = append(out, [2]string{n.Ref, n.Hash})
	}
	return out
}

func needs(list [][2]string) (out []model.Need) {
	for _, n := range list {
		out = append(out, model.Need{Ref: n[0], Hash: n[1]})
	}
	return out
}

// Definitions returns the definitions of earlier runs; none of a warehouse that has no table of them.
func (r *Registry) Definitions(ctx context.Context) (map[model.Need]model.Definition, error) {
	rows, err := r.rows(ctx, r.selectFrom(definitionTable, "model_ref", "model_hash", "definition"))
	var sq *SQLError
	if errors.As(err, &sq) && sq.Kind == "missing_table" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[model.Need]model.Definition{}
	for _, row := range rows {
		ref, _ := row[0].(string)
		hash, _ := row[1].(string)
		text, _ := row[2].(string)
		d, err := definitionOf(text)
		if err != nil {
			return nil, err
		}
		out[model.Need{Ref: ref, Hash: hash}] = d
	}
	return out, nil
}

// CompiledSQL returns the SQL that a step had in an earlier run; ok is false when it is not known.
func (r *Registry) CompiledSQL(ctx context.Context, ref, hash string) (sql string, ok bool, err error) {
	sel := r.selectFrom(definitionTable, "compiled_sql")
	sel.Where = []rel.Expr{rel.Eq(rel.C("t", "model_ref"), rel.S(strings.ToLower(ref))), rel.Eq(rel.C("t", "model_hash"), rel.S(hash))}
	rows, err := r.rows(ctx, sel)
	var sq *SQLError
	if errors.As(err, &sq) && sq.Kind == "missing_table" {
		return "", false, nil
	}
	if err != nil || len(rows) == 0 {
		return "", false, err
	}
	sql, ok = rows[0][0].(string)
	return sql, ok, nil
}

// define keeps the definitions of a plan's steps, and of all that they are made of, where they are not kept yet. Of a plan that
// builds nothing there is nothing to keep.
func (r *Registry) define(ctx context.Context, p *Plan) error {
	if build, _, _ := p.Counts(); build == 0 {
		return nil
	}
	rows, err := r.rows(ctx, r.selectFrom(definitionTable, "model_ref", "model_hash"))
	if err != nil {
		return err
	}
	known := map[model.Need]bool{}
	for _, row := range rows {
		ref, _ := row[0].(string)
		hash, _ := row[1].(string)
		known[model.Need{Ref: ref, Hash: hash}] = true
	}
	values := &rel.Values{Columns: definitionColumns}
	enter := func(ref, hash string, seqNo int64, d model.Definition, sql any) error {
		key := model.Need{Ref: strings.ToLower(ref), Hash: hash}
		if known[key] {
			return nil
		}
		known[key] = true
		text, err := textOf(d)
		if err != nil {
			return err
		}
		var row []rel.Expr
		for _, v := range []any{key.Ref, hash, seqNo, text, sql} {
			row = append(row, &rel.Lit{Value: v})
		}
		values.Rows = append(values.Rows, row)
		return nil
	}
	var part func(n model.Node, seqNo int64) error
	part = func(n model.Node, seqNo int64) error {
		b := n.Base()
		if known[model.Need{Ref: b.Address.Key(), Hash: b.Hash}] {
			return nil
		}
		if err := enter(string(b.Address), b.Hash, seqNo, model.Definition{Parts: b.Parts, Needs: model.NeedsOf(b.Needs)}, nil); err != nil {
			return err
		}
		for _, m := range b.Needs {
			if err := part(m, seqNo); err != nil {
				return err
			}
		}
		return nil
	}
	for _, s := range p.Steps {
		if s.Action == plan.Build {
			if err := enter(string(s.Ref), s.Hash, s.SeqNo, s.Definition(), dialect.Script(s.Stmts)); err != nil {
				return err
			}
		}
	}
	for _, s := range p.Steps {
		for _, n := range s.MadeOf() {
			if s.Action == plan.Build {
				if err := part(n, s.SeqNo); err != nil {
					return err
				}
			}
		}
	}
	if len(values.Rows) == 0 {
		return nil
	}
	var names []string
	for _, c := range definitionColumns {
		names = append(names, c.Name)
	}
	return r.exec(ctx, rel.Program{&rel.Insert{Into: definitionTable, Columns: names, Body: values}})
}

// Known are the facts that the registry has for plans, but for the definitions.
func (r *Registry) Known(ctx context.Context) (plan.Facts, error) {
	f := plan.Facts{Objects: map[string]bool{}, Imports: map[string]plan.Material{}, LongestName: dialect.LongestName(r.Dialect)}
	entries, err := r.Entries(ctx)
	if err != nil {
		return f, err
	}
	for _, e := range entries {
		if e.Type == importType {
			f.Imports[strings.ToLower(e.Ref)] = e.materialOf()
			continue
		}
		f.Materials = append(f.Materials, e.materialOf())
	}
	objects, err := r.readObjects(ctx)
	if err != nil {
		return f, err
	}
	f.Objects = objects.names
	book, err := r.Book(ctx)
	if err != nil {
		return f, err
	}
	f.PublishNo = book.No
	for _, n := range book.Names {
		f.Names = append(f.Names, plan.PublishedName{Name: n.Name, Material: n.Material, Ref: n.Ref, Project: n.Project, SeqNo: n.SeqNo})
	}
	if f.Line, err = r.line(ctx, entries); err != nil {
		return f, err
	}
	if f.Passed, err = r.Passed(ctx); err != nil {
		return f, err
	}
	return f, nil
}
