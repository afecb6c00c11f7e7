package duckparser

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"kith/internal/sqltext"
)

// object is a node of the engine's syntax tree. The tree is walked by what matters (references, calls, queries) and
// otherwise by whatever is in it, so that a kind of node nobody thought of hides no column.
type object = map[string]any

// notSelect is the error_type in which json_serialize_sql says that a statement is no SELECT
// (https://duckdb.org/docs/stable/data/json/sql_to_and_from_json).
const notSelect = "not implemented"

// read makes what sqltext wants of the engine's JSON for one statement.
func read(stmt, tree string) (sqltext.Parsed, error) {
	var top struct {
		Error      bool   `json:"error"`
		Type       string `json:"error_type"`
		Message    string `json:"error_message"`
		Position   string `json:"position"`
		Statements []struct {
			Node   object `json:"node"`
			Params any    `json:"named_param_map"`
		} `json:"statements"`
	}
	if err := json.Unmarshal([]byte(tree), &top); err != nil {
		return sqltext.Parsed{}, err
	}
	switch {
	case top.Error && top.Type == notSelect:
		return sqltext.Parsed{Err: sqltext.NotSelect, ErrOffset: -1}, nil
	case top.Error:
		return sqltext.Parsed{Err: cmp.Or(top.Message, "unreadable"), ErrOffset: byteOffset(stmt, top.Position)}, nil
	case len(top.Statements) == 0:
		return sqltext.Parsed{Err: sqltext.NotSelect, ErrOffset: -1}, nil
	case len(top.Statements) > 1:
		return sqltext.Parsed{Err: sqltext.ManyStatements, ErrOffset: -1}, nil
	}
	node := top.Statements[0].Node
	if shows(node) {
		return sqltext.Parsed{Err: sqltext.NotSelect, ErrOffset: -1}, nil
	}
	w := &walk{stmt: stmt}
	w.out.Outputs = w.query(node, nil)
	w.out.Params = top.Statements[0].Params != nil
	w.out.Bare, w.out.Star = bare(node)
	w.finish()
	return w.out, nil
}

// byteOffset turns the place of an error, which the engine counts in characters (that of a node in bytes), into bytes; -1
// when there is none.
func byteOffset(stmt, position string) int {
	chars, err := strconv.Atoi(position)
	if err != nil || chars < 0 {
		return -1
	}
	for i := range stmt {
		if chars == 0 {
			return i
		}
		chars--
	}
	return len(stmt)
}

// shows reports whether a query is DESCRIBE, SUMMARIZE or SHOW, which the engine serializes as a SELECT.
func shows(node object) bool {
	return str(obj(node, "from_table"), "type") == "SHOW_REF"
}

// bare reports whether a query is SELECT with one item and nothing else.
func bare(node object) (bare, star bool) {
	items := list(node, "select_list")
	if str(node, "type") != "SELECT_NODE" || len(items) != 1 || str(obj(node, "from_table"), "type") != "EMPTY" {
		return false, false
	}
	for k := range node {
		switch k {
		case "type", "select_list", "from_table", "aggregate_handling":
		default:
			return false, false
		}
	}
	item, _ := items[0].(object)
	return str(item, "alias") == "", str(item, "class") == "STAR"
}

// scope holds what is visible where: common table expressions with their outputs, and parameters of lambdas.
type scope struct {
	up      *scope
	cte     string
	outputs []string
	lambda  map[string]bool
}

func (s *scope) lookup(name string) (*scope, bool) {
	for ; s != nil; s = s.up {
		if s.cte != "" && strings.EqualFold(s.cte, name) {
			return s, true
		}
	}
	return nil, false
}

func (s *scope) isLambda(name string) bool {
	for ; s != nil; s = s.up {
		if s.lambda[strings.ToLower(name)] {
			return true
		}
	}
	return false
}

type walk struct {
	stmt   string
	out    sqltext.Parsed
	depth  int // how many nested SELECTs are around
	tables []sqltext.ColumnRef
}

// query walks a query and returns the names of its columns, nil when they cannot be told.
func (w *walk) query(node object, s *scope) []string {
	for _, e := range list(obj(node, "cte_map"), "map") {
		entry, _ := e.(object)
		s = w.cte(str(entry, "key"), obj(entry, "value"), s)
	}
	switch str(node, "type") {
	case "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE":
		return w.setOperation(node, s)
	case "CTE_NODE":
		s = w.cte(str(node, "cte_name"), node, s)
		return w.query(obj(node, "child"), s)
	}
	w.rest(node, s, "cte_map", "select_list")
	for _, item := range list(node, "select_list") {
		w.value(item, s)
	}
	return outputs(node, s)
}

// setOperation walks UNION and the like, whose columns are those of the first query.
func (w *walk) setOperation(node object, s *scope) []string {
	if children := list(node, "children"); len(children) > 0 {
		var first []string
		for i, c := range children {
			q, _ := c.(object)
			if out := w.query(q, s); i == 0 {
				first = out
			}
		}
		w.rest(node, s, "cte_map", "children")
		return first
	}
	out, right := w.query(obj(node, "left"), s), s
	if name := str(node, "cte_name"); name != "" {
		right = &scope{up: s, cte: name, outputs: out}
	}
	w.query(obj(node, "right"), right)
	w.rest(node, s, "cte_map", "left", "right")
	return out
}

// cte walks a common table expression and returns the scope in which its name stands for it.
func (w *walk) cte(name string, value object, s *scope) *scope {
	w.depth++
	out := w.nested(obj(value, "query"), s)
	w.depth--
	if aliases := strs(value, "aliases"); len(aliases) > 0 {
		out = renamed(out, aliases)
	}
	return &scope{up: s, cte: name, outputs: out}
}

// nested walks {"node": query}, or a query itself.
func (w *walk) nested(q object, s *scope) []string {
	if n := obj(q, "node"); n != nil {
		return w.query(n, s)
	}
	return w.query(q, s)
}

// renamed puts column aliases over names; names beyond the aliases stay.
func renamed(names, aliases []string) []string {
	if len(names) < len(aliases) {
		return nil
	}
	return append(slices.Clone(aliases), names[len(aliases):]...)
}

// rest walks the members of an object, but for some.
func (w *walk) rest(o object, s *scope, but ...string) {
	for k, v := range o {
		if !slices.Contains(but, k) {
			w.value(v, s)
		}
	}
}

func (w *walk) value(v any, s *scope) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			w.value(e, s)
		}
	case object:
		w.object(v, s)
	}
}

func (w *walk) object(o object, s *scope) {
	if q := obj(o, "subquery"); q != nil {
		w.rest(o, s, "subquery")
		if unnests(q) {
			w.nested(q, s)
			return
		}
		w.out.Subqueries = true
		w.depth++
		o[outputsKey] = w.nested(q, s)
		w.depth--
		return
	}
	switch str(o, "class") {
	case "COLUMN_REF":
		w.column(o, s)
	case "CONSTANT":
	case "FUNCTION":
		w.function(o, s)
	case "WINDOW":
		w.call(o, true)
		w.rest(o, s)
	case "LAMBDA":
		w.lambda(o, s, at(obj(o, "lhs")) < 0)
	case "":
		switch str(o, "type") {
		case "BASE_TABLE":
			w.table(o, s)
			w.rest(o, s)
		case "SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE":
			w.query(o, s)
		default:
			w.rest(o, s)
		}
	default:
		w.rest(o, s)
	}
}

// unnests reports whether a query is of the engine's making: "x = any(list)" is parsed as a query over unnest(list).
func unnests(q object) bool {
	items := list(obj(q, "node"), "select_list")
	if len(items) != 1 {
		return false
	}
	item, _ := items[0].(object)
	return str(item, "function_name") == "unnest" && at(item) < 0
}

func (w *walk) column(o object, s *scope) {
	parts := strs(o, "column_names")
	off := at(o)
	if off < 0 || off >= len(w.stmt) || len(parts) == 0 || s.isLambda(parts[0]) {
		return
	}
	if len(parts) == 1 && w.stmt[off] != '"' && values[strings.ToLower(parts[0])] {
		return
	}
	// A list comprehension has columns of the engine's making at places where no name stands.
	if !strings.HasPrefix(w.stmt[off:], `"`) && !strings.HasPrefix(strings.ToLower(w.stmt[off:]), strings.ToLower(parts[0])) {
		return
	}
	w.add(sqltext.ColumnRef{Offset: off, Parts: parts})
}

func (w *walk) add(ref sqltext.ColumnRef) {
	w.out.AllColumns = append(w.out.AllColumns, ref)
	if w.depth == 0 {
		w.out.Columns = append(w.out.Columns, ref)
	}
}

func (w *walk) function(o object, s *scope) {
	if b, _ := o["is_operator"].(bool); !b {
		w.call(o, false)
		w.receiver(o, s)
	}
	if !lambdas[str(o, "function_name")] {
		w.rest(o, s)
		return
	}
	w.rest(o, s, "children")
	for i, c := range list(o, "children") {
		if l, ok := c.(object); ok && str(l, "class") == "LAMBDA" {
			w.lambda(l, s, i > 0 || at(obj(l, "lhs")) < 0)
			continue
		}
		w.value(c, s)
	}
}

// receiver finds the column of "column.method(...)", which the parser gives as a schema.
func (w *walk) receiver(o object, s *scope) {
	schema, off := str(o, "schema"), at(o)
	switch strings.ToLower(schema) {
	case "", "main", "pg_catalog", "system":
		return
	}
	if off < 0 || str(o, "catalog") != "" || s.isLambda(schema) || sqltext.IsMacroSchema(schema) {
		return
	}
	for _, name := range []string{schema, `"` + schema + `"`} {
		if len(w.stmt) >= off+len(name) && strings.EqualFold(w.stmt[off:off+len(name)], name) {
			w.add(sqltext.ColumnRef{Offset: off, Parts: []string{schema}})
			return
		}
	}
}

func (w *walk) call(o object, over bool) {
	off := at(o)
	if off < 0 || off >= len(w.stmt) {
		return
	}
	if c := w.stmt[off]; c != '"' && c != '_' && c < 0x80 && (c|0x20 < 'a' || c|0x20 > 'z') {
		return
	}
	w.out.Calls = append(w.out.Calls, sqltext.CallRef{
		Offset: off, Name: strings.ToLower(str(o, "function_name")), Over: over, InSubquery: w.depth > 0,
	})
}

// lambda walks "x -> ..." with x as a parameter, or, when it is none, as the JSON operator it looks like.
func (w *walk) lambda(o object, s *scope, params bool) {
	lhs := obj(o, "lhs")
	if !params {
		w.value(lhs, s)
		w.value(o["expr"], s)
		return
	}
	names := map[string]bool{}
	for _, n := range append(list(lhs, "children"), any(lhs)) {
		p, _ := n.(object)
		for _, name := range strs(p, "column_names") {
			names[strings.ToLower(name)] = true
		}
	}
	w.value(o["expr"], &scope{up: s, lambda: names})
}

func (w *walk) table(o object, s *scope) {
	parts := []string{str(o, "catalog_name"), str(o, "schema_name"), str(o, "table_name")}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	if len(parts) == 1 {
		if _, ok := s.lookup(parts[0]); ok {
			return
		}
	}
	if len(parts) > 0 {
		w.tables = append(w.tables, sqltext.ColumnRef{Offset: at(o), Parts: parts})
	}
}

// finish puts everything in the order of the text.
func (w *walk) finish() {
	byOffset := func(a, b sqltext.ColumnRef) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), slices.Compare(a.Parts, b.Parts))
	}
	for _, refs := range []*[]sqltext.ColumnRef{&w.out.Columns, &w.out.AllColumns, &w.tables} {
		slices.SortFunc(*refs, byOffset)
		*refs = slices.CompactFunc(*refs, func(a, b sqltext.ColumnRef) bool { return byOffset(a, b) == 0 })
	}
	slices.SortFunc(w.out.Calls, func(a, b sqltext.CallRef) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Name, b.Name))
	})
	seen := map[string]bool{}
	for _, t := range w.tables {
		if name := strings.Join(t.Parts, "."); !seen[name] {
			seen[name] = true
			w.out.Tables = append(w.out.Tables, name)
		}
	}
}

// at is the offset of a node, -1 when the engine gives none (it then writes the greatest 64-bit number).
func at(o object) int {
	if f, ok := o["query_location"].(float64); ok && f < 1<<40 {
		return int(f)
	}
	return -1
}

func obj(o object, key string) object { v, _ := o[key].(object); return v }
func list(o object, key string) []any { v, _ := o[key].([]any); return v }
func str(o object, key string) string { v, _ := o[key].(string); return v }

func strs(o object, key string) []string {
	var out []string
	for _, v := range list(o, key) {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
