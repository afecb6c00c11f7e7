package lower

import (
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/source"
)

// input makes the rows of an input that a run may see: those up to the end time (and from the begin time on), those
// without a time, and those that pass the input's where (modelling.md section 4.3). A table of the user is never copied: a
// view is enough. A text file is read once into a table, because every reader of a view would parse it again.
func (l *lowering) input(n *model.Input) {
	sel, kind := l.inputRows(n)
	sel.Items = []rel.Item{star(inputAlias)}
	out := l.objectOf(n)
	l.add(&Step{Addr: n.Address, Title: "input " + n.Name, Node: n, Hash: n.Hash, Out: out, IsTable: kind == rel.MakeTable,
		Type: "input", Span: n.Span,
		Program: rel.Program{&rel.Let{Out: out, Kind: kind, Body: sel}}}, n.Grain)
}

// inputAlias is the alias of an input's table where its rows are chosen.
const inputAlias = "s"

// inputRows are the rows of an input that a run may see, as a query block without items, and how they are kept.
func (l *lowering) inputRows(n *model.Input) (*rel.Select, rel.LetKind) {
	const s = inputAlias
	sel := &rel.Select{}
	kind := rel.MakeView
	switch n.Format {
	case model.FromTable:
		sel.From = rel.Source{Rel: l.byBytes(userTable(n.Table, n.TableAt)), Alias: s}
	case model.FromCSV:
		kind = rel.MakeTable
		if n.Literal != nil {
			sel.From = rel.Source{Rel: l.literalRows(n), Alias: s}
		} else {
			sel.From = rel.Source{Rel: &rel.File{Path: n.Path, Format: string(n.Format), Span: n.TableAt}, Alias: s}
		}
	default:
		if n.Format == model.FromJSON {
			kind = rel.MakeTable
		}
		sel.From = rel.Source{Rel: &rel.File{Path: n.Path, Format: string(n.Format), Span: n.TableAt}, Alias: s}
	}
	sel.Where = l.inTime(n, s)
	if n.Where != nil {
		sel.Where = append(sel.Where, l.user(n.Where, n, s))
	}
	return sel, kind
}

// userTable is a table of the user's. A bare name means the connection's own schema.
func userTable(parts []model.NamePart, at source.Span) rel.Object {
	o := rel.Object{Space: rel.External, Span: at, Written: true}
	if len(parts) == 1 {
		o.Space = rel.Target
	}
	for _, p := range parts {
		o.Parts = append(o.Parts, rel.Ident{Name: p.Name, Quoted: p.Quoted})
	}
	return o
}

// byBytes reads a table of the user's so that its texts compare by their bytes, whatever the engine would do.
func (l *lowering) byBytes(o rel.Object) rel.Rel {
	const t = "t"
	sel := &rel.Select{From: table(o, t)}
	found := false
	if l.ctx.Sources != nil {
		for _, c := range l.ctx.Sources(o) {
			x := rel.Expr(rel.C(t, c.Name))
			if c.Text {
				x, found = rel.F(rel.ByBytes, x), true
			}
			sel.Items = append(sel.Items, item(x, c.Name))
		}
	}
	if !found {
		return &rel.Table{Object: o}
	}
	return sel
}

// inTime are the conditions of time: an untimed row is always visible.
func (l *lowering) inTime(n *model.Input, alias string) []rel.Expr {
	if n.OccurredAt == nil {
		return nil
	}
	at := rel.F(rel.ToTimestamp, l.user(n.OccurredAt, n, alias))
	in := rel.Expr(&rel.Op{Op: "<=", Args: []rel.Expr{at, &rel.Lit{Value: l.ctx.EndTime.UTC()}}})
	if !l.ctx.BeginTime.IsZero() {
		in = rel.And(in, &rel.Op{Op: ">=", Args: []rel.Expr{at, &rel.Lit{Value: l.ctx.BeginTime.UTC()}}})
	}
	return []rel.Expr{rel.Or(in, &rel.IsNull{X: l.user(n.OccurredAt, n, alias)})}
}

// literalRows are the rows of a csv file whose cells are SQL literals.
func (l *lowering) literalRows(n *model.Input) rel.Rel {
	v := &rel.Values{}
	for _, c := range n.Literal.Columns {
		v.Columns = append(v.Columns, rel.Column{Name: c.Name, Type: columnType(c.Datatype)})
	}
	for _, row := range n.Literal.Rows {
		var out []rel.Expr
		for i, c := range row {
			var e rel.Expr = l.user(c, nil, "")
			if t := columnType(n.Literal.Columns[i].Datatype); t != rel.Unknown {
				e = &rel.Cast{X: e, Type: t}
			}
			out = append(out, e)
		}
		v.Rows = append(v.Rows, out)
	}
	return v
}

// sqlModel keeps an SQL model's query under its name. An ephemeral model is a view in kith's own schema: dereferencing
// always gives a name (observed.md section 5.6), and the engine inlines it.
func (l *lowering) sqlModel(n *model.SQLModel) {
	out := l.objectOf(n)
	kind := rel.MakeView
	if n.Output == model.AsTable {
		kind = rel.MakeTable
	}
	title := "sql model " + n.Name
	program := rel.Program{}
	if n.Statements != nil {
		program = append(program, &rel.Drop{Object: out}, &rel.Exec{SQL: l.userQuery(n.Statements), Writes: []rel.Object{out}},
			made(out, n))
	} else {
		program = append(program, &rel.Let{Out: out, Kind: kind, Body: l.userQuery(n.Query)})
	}
	l.add(&Step{Addr: n.Address, Title: title, Node: n, Hash: n.Hash, Out: out, IsTable: kind == rel.MakeTable,
		Type: "sql_template", Span: n.Span, Program: program}, n.Grain)
	if n.Output != model.AsEphemeral {
		l.publish(&Published{Name: n.Name, Step: n.Address, From: out, Kind: "model", Span: n.Span})
	}
}

// made fails the step of a multi_sql model that did not make its object: whoever reads it would be blamed otherwise.
func made(o rel.Object, n *model.SQLModel) rel.Stmt {
	return &rel.Assert{Message: "the statements did not make {{this}}", Span: n.Statements.Rendered.Text.Span(),
		Query: &rel.Select{From: table(o, "t"), Items: []rel.Item{star("t")}, Where: []rel.Expr{&rel.Lit{Value: false}}}}
}

// sourceTable reads a source's rows. The inputs of an SQL model are filtered by time already, so the model's own
// occurred_at_col filters nothing.
func (l *lowering) sourceTable(s model.Source) rel.Rel {
	return &rel.Table{Object: l.objectOf(s)}
}

// columnType is the type that a contract's datatype means; Unknown leaves the column as it is written.
func columnType(datatype string) rel.Type {
	switch datatype {
	case "timestamp", "datetime", "timestamp_ntz", "timestamp_tz":
		return rel.Timestamp
	case "date":
		return rel.Date
	case "int", "integer", "bigint", "number":
		return rel.BigInt
	case "float", "double", "decimal", "numeric":
		return rel.Double
	case "bool", "boolean":
		return rel.Bool
	case "text", "string", "varchar":
		return rel.Text
	}
	return rel.Unknown
}

// union puts the rows of several sources below each other, with the columns that all of them have. Without a warehouse to ask
// the columns may not be known; then all are taken, and the engine says what does not fit.
func (l *lowering) union(n *model.Union) {
	cols := n.Columns()
	u := &rel.Union{All: true}
	for _, s := range n.From {
		if !usable(s) {
			continue
		}
		sel := &rel.Select{From: table(l.objectOf(s), "t")}
		for _, c := range cols {
			sel.Items = append(sel.Items, item(rel.C("t", c), c))
		}
		if len(cols) == 0 {
			sel.Items = []rel.Item{star("t")}
		}
		u.Rels = append(u.Rels, sel)
	}
	var body rel.Rel = u
	if len(u.Rels) == 1 {
		body = u.Rels[0]
	}
	out := l.objectOf(n)
	l.add(&Step{Addr: n.Address, Title: "union " + n.Name, Node: n, Hash: n.Hash, Out: out, Type: "common_column_union", Span: n.Span,
		Program: rel.Program{&rel.Let{Out: out, Kind: rel.MakeView, Body: body}}}, n.Grain)
	l.publish(&Published{Name: n.Name, Step: n.Address, From: out, Kind: "model", Span: n.Span})
}
