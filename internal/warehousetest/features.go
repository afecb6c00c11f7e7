package warehousetest

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/rel"
)

// drawing is a project of vars in the making.
type drawing struct {
	rt   *rapid.T
	vars []*varDef
	// ints and texts are the finished vars that a new one may use.
	ints, texts, inputs []string
}

func pick[T any](d *drawing, from ...T) T { return rapid.SampledFrom(from).Draw(d.rt, "of") }

func (d *drawing) chance(in int) bool { return rapid.IntRange(0, in-1).Draw(d.rt, "chance") == 0 }

func (d *drawing) number() expr { return lit(int64(rapid.IntRange(-1, 6).Draw(d.rt, "number"))) }

// rowInt is an integer over a row, rowText a text. useVars lets them mention vars.
func (d *drawing) rowInt(useVars bool, depth int) expr {
	options := []expr{col("x"), col("y"), d.number()}
	if useVars && len(d.ints) > 0 {
		options = append(options, entityVar(pick(d, d.ints...)))
	}
	if useVars && len(d.inputs) > 0 {
		options = append(options, inputVar(pick(d, d.inputs...)))
	}
	e := pick(d, options...)
	if depth == 0 || d.chance(2) {
		return e
	}
	switch pick(d, "arith", "coalesce", "case") {
	case "arith":
		return arith(pick(d, "+", "-", "*"), e, d.rowInt(useVars, depth-1))
	case "coalesce":
		return coalesce(e, d.rowInt(useVars, depth-1))
	}
	return caseWhen(d.cond(useVars, 0), e, d.rowInt(useVars, depth-1))
}

// cond is a condition over a row.
func (d *drawing) cond(useVars bool, depth int) expr {
	var e expr
	switch pick(d, "int", "text", "null", "var") {
	case "text":
		e = compare(pick(d, "=", "<>", "<"), col("k"), lit(pick(d, "a", "b", "c")))
	case "null":
		e = isNull(pick(d, col("x"), col("k")))
	case "var":
		if useVars && len(d.texts) > 0 {
			e = compare(pick(d, "=", "<>"), col("k"), entityVar(pick(d, d.texts...)))
			break
		}
		fallthrough
	default:
		e = compare(pick(d, "=", "<>", "<", ">"), d.rowInt(useVars, 0), d.rowInt(useVars, 0))
	}
	if depth == 0 || d.chance(2) {
		return e
	}
	switch pick(d, "and", "or", "not") {
	case "not":
		return not(e)
	case "and": // binds tighter than an "or" that stands in either half
		return logic("and", not(not(e)), not(not(d.cond(useVars, depth-1))))
	}
	return logic("or", e, d.cond(useVars, depth-1))
}

// grouped is an expression over a group of rows: aggregates, numbers and vars.
func (d *drawing) grouped(depth int) expr {
	var e expr
	switch pick(d, "star", "count", "sum", "min", "distinct", "var") {
	case "star":
		e = countStar
	case "count":
		e = aggregate("count", pick(d, col("k"), d.rowInt(true, 1)))
	case "distinct":
		e = aggregate("count distinct", pick(d, col("k"), col("x")))
	case "sum":
		e = aggregate("sum", d.rowInt(true, 1))
	case "var":
		if len(d.ints) > 0 {
			e = arith("+", entityVar(pick(d, d.ints...)), aggregate("max", d.rowInt(true, 0)))
			break
		}
		fallthrough
	default:
		e = aggregate(pick(d, "min", "max"), d.rowInt(true, 1))
	}
	if depth == 0 || d.chance(2) {
		return e
	}
	if d.chance(2) {
		return coalesce(e, d.number())
	}
	return arith(pick(d, "+", "-", "*"), e, d.grouped(depth-1))
}

func (d *drawing) orders(useVars bool) []orderTerm {
	var out []orderTerm
	for range rapid.IntRange(1, 2).Draw(d.rt, "terms") {
		out = append(out, orderTerm{x: pick(d, col("x"), col("y"), col("k"), d.rowInt(useVars, 1)), desc: d.chance(2), nullsFirst: d.chance(3)})
	}
	return out
}

// perEntity is an integer over vars.
func (d *drawing) perEntity(depth int) expr {
	e := d.number()
	if len(d.ints) > 0 && !d.chance(4) {
		e = entityVar(pick(d, d.ints...))
	}
	if depth == 0 {
		return e
	}
	switch pick(d, "one", "arith", "coalesce", "case") {
	case "arith":
		return arith(pick(d, "+", "-", "*"), e, d.perEntity(depth-1))
	case "coalesce":
		return coalesce(e, d.perEntity(depth-1))
	case "case":
		return caseWhen(compare(pick(d, "<", ">", "="), e, d.perEntity(0)), d.perEntity(0), d.perEntity(depth-1))
	}
	return e
}

// next draws one more var.
func (d *drawing) next() {
	v := &varDef{name: fmt.Sprintf("v%02d", len(d.vars)), x: noArgument}
	isText := false
	kind := pick(d, "group", "group", "group", "window", "window", "derived", "across", "input")
	if kind == "input" && len(d.inputs) > 2 || kind == "across" && len(d.ints) == 0 {
		kind = "group"
	}
	switch kind {
	case "group":
		v.from = pick(d, "events", "events", "others")
		if isText = d.chance(5); isText {
			v.x = aggregate(pick(d, "min", "max"), col("k"))
		} else {
			v.x = d.grouped(1)
		}
	case "window":
		v.from = pick(d, "events", "events", "others")
		v.orders = d.orders(true)
		v.fn = pick(d, "first_value", "last_value", "first_value", "last_value", "sum", "count", "rank", "row_number", "lead", "max")
		v.x = d.rowInt(true, 1)
		switch v.fn {
		case "rank", "row_number":
			v.x = noArgument
		case "lead":
			v.orders = append(v.orders, orderTerm{x: col("no"), desc: d.chance(2)})
		case "first_value", "last_value":
			if isText = d.chance(3); isText {
				v.x = col("k")
			}
		default:
			if d.chance(2) {
				v.frame = fullFrame
			}
		}
	case "derived":
		v.x = d.perEntity(2)
	case "across":
		v.fn = pick(d, "rank", "sum", "count")
		if v.fn != "rank" {
			v.x = d.perEntity(1)
			if d.chance(2) {
				v.frame = fullFrame
			}
		}
		v.orders = []orderTerm{{x: d.perEntity(1), desc: d.chance(2), nullsFirst: d.chance(3)}}
	case "input":
		v.input, v.from = true, "events"
		v.x = d.inputInt()
		if d.chance(2) {
			v.fn = pick(d, "row_number", "lead")
			v.orders = []orderTerm{{x: d.inputInt(), desc: d.chance(2), nullsFirst: d.chance(3)}, {x: col("no"), desc: d.chance(2)}}
			if v.fn == "row_number" {
				v.x = noArgument
			}
		}
	}
	d.whereAndDefault(v, kind, isText)
	if v.from == "others" && d.mentionsInput(v) {
		return // a var may use the input vars of its own source only
	}
	d.vars = append(d.vars, v)
	switch {
	case v.input:
		d.inputs = append(d.inputs, v.name)
	case isText:
		d.texts = append(d.texts, v.name)
	default:
		d.ints = append(d.ints, v.name)
	}
}

// inputInt is an integer over a row and its input vars, without entity vars.
func (d *drawing) inputInt() expr {
	ints := d.ints
	d.ints = nil
	defer func() { d.ints = ints }()
	return d.rowInt(true, 1)
}

func (d *drawing) whereAndDefault(v *varDef, kind string, isText bool) {
	if d.chance(2) {
		var w expr
		switch kind {
		case "derived", "across":
			w = compare(pick(d, "<", ">", "="), d.perEntity(1), d.perEntity(0))
		case "input":
			ints, texts := d.ints, d.texts
			d.ints, d.texts = nil, nil
			w = d.cond(true, 1)
			d.ints, d.texts = ints, texts
		default:
			w = d.cond(true, 2)
		}
		v.where = &w
	}
	if d.chance(3) {
		def := d.number()
		switch {
		case isText:
			def = lit("none")
		case kind != "input" && d.chance(2):
			def = d.perEntity(1)
		}
		v.def = &def
	}
}

func (d *drawing) mentionsInput(v *varDef) bool {
	_, inputs := v.mentions()
	return len(inputs) > 0
}

// featureWorld writes the project of some vars over the data, the rows in an order taken from a shuffle.
func featureWorld(vars []*varDef, tables []table, shuffle *rand.Rand) *world {
	w := &world{project: `name: features
schema_version: 98
connection: test
model_folders: [models]
entities:
  - name: user
    id_stitcher: models/user_graph
    id_types: [user_id]
id_types:
  - name: user_id
`}
	var m strings.Builder
	m.WriteString("inputs:\n")
	for _, t := range tables {
		fmt.Fprintf(&m, "  - name: %s\n    app_defaults:\n      table: %s\n      ids:\n        - {select: uid, type: user_id, entity: user}\n", t.name, t.name)
	}
	m.WriteString("models:\n  - name: user_graph\n    model_type: id_stitcher\n    model_spec:\n      entity_key: user\n      edge_sources: [{from: inputs/people}]\n")
	m.WriteString("var_groups:\n  - name: vars\n    entity_key: user\n    vars:\n")
	order := make([]int, len(vars))
	for i := range order {
		order[i] = i
	}
	if shuffle != nil {
		order = shuffle.Perm(len(vars))
	}
	for _, i := range order {
		m.WriteString(vars[i].yaml())
	}
	w.models = m.String()
	for _, t := range tables {
		if shuffle != nil {
			rows := append([][]string{}, t.rows...)
			shuffle.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			t.rows = rows
		}
		w.tables = append(w.tables, t)
	}
	return w
}

// drawData draws people and the rows of two sources. Some rows are nobody's, some people have none.
func drawData(rt *rapid.T) (*people, []table) {
	p := &people{names: []string{"u1", "u2", "u3", "u4"}, rows: map[string]map[string][]map[string]any{}}
	tables := []table{{name: "people", columns: []rel.Column{column("uid", rel.Text)}}}
	for _, who := range p.names {
		p.rows[who] = map[string][]map[string]any{}
		tables[0].rows = append(tables[0].rows, []string{who})
	}
	number := rapid.SampledFrom([]any{nil, nil, int64(0), int64(1), int64(1), int64(2), int64(3), int64(5)})
	word := rapid.SampledFrom([]any{nil, "a", "a", "b", "c"})
	s := &session{}
	for _, source := range []string{"events", "others"} {
		t := table{name: source, columns: []rel.Column{column("no", rel.BigInt), column("uid", rel.Text), column("k", rel.Text),
			column("x", rel.BigInt), column("y", rel.BigInt)}}
		for no := range rapid.IntRange(0, 16).Draw(rt, "rows") {
			who := rapid.SampledFrom([]string{"u1", "u1", "u1", "u2", "u2", "u3", "stranger", "NULL"}).Draw(rt, "who")
			row := map[string]any{"no": int64(no), "k": word.Draw(rt, "k"), "x": number.Draw(rt, "x"), "y": number.Draw(rt, "y")}
			t.rows = append(t.rows, []string{fmt.Sprint(no), who, s.shown(row["k"]), s.shown(row["x"]), s.shown(row["y"])})
			if rows := p.rows[who]; rows != nil {
				rows[source] = append(rows[source], row)
			}
		}
		tables = append(tables, t)
	}
	return p, tables
}

// needed are a var and all that it is made of, in the order they were drawn.
func needed(vars []*varDef, name string) []*varDef {
	want := map[string]bool{name: true}
	for i := len(vars) - 1; i >= 0; i-- {
		if want[vars[i].name] {
			v, inputs := vars[i].mentions()
			for _, n := range append(v, inputs...) {
				want[n] = true
			}
		}
	}
	var out []*varDef
	for _, v := range vars {
		if want[v.name] {
			out = append(out, v)
		}
	}
	return out
}

// Features checks that vars are what a naive reading of them gives: all together, one alone with what it is made of, and
// with vars and rows in another order. Compiling a project twice gives the same bytes.
func Features(t *testing.T, e Engine) {
	checks(t, 25, func(rt *rapid.T) {
		p, tables := drawData(rt)
		d := &drawing{rt: rt}
		for range rapid.IntRange(1, 9).Draw(rt, "vars") {
			d.next()
		}
		entity := append(append([]string{}, d.ints...), d.texts...)
		if len(entity) == 0 {
			return
		}
		p.inputValues(d.vars)
		one := rapid.SampledFrom(entity).Draw(rt, "alone")
		seed := rapid.Int64().Draw(rt, "order")
		alone := needed(d.vars, one)
		for _, way := range []struct {
			name  string
			vars  []*varDef
			world *world
		}{
			{"together", d.vars, featureWorld(d.vars, tables, nil)},
			{"alone", alone, featureWorld(alone, tables, nil)},
			{"shuffled", d.vars, featureWorld(d.vars, tables, rand.New(rand.NewSource(seed)))},
		} {
			got, err := way.world.outcome(t, e, byRule, "select * from user_feature_view")
			if err != nil {
				rt.Fatalf("%s: %v\n%s", way.name, err, way.world.text())
			}
			if a, b := strings.Join(got[0], "\n"), strings.Join(p.features(way.vars), "\n"); a != b {
				rt.Fatalf("%s\ngot:\n%s\nwant:\n%s\n%s", way.name, a, b, way.world.text())
			}
		}
		w := featureWorld(d.vars, tables, nil)
		first, err := w.compiled(t, e)
		if err != nil {
			rt.Fatal(err)
		}
		if second, _ := w.compiled(t, e); first != second {
			rt.Fatalf("two compilations differ\n%s", w.text())
		}
	})
}
