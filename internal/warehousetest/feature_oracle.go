package warehousetest

import (
	"fmt"
	"sort"
	"strings"
)

// orderTerm is a term of a window's order.
type orderTerm struct {
	x          expr
	desc       bool
	nullsFirst bool
}

func (o orderTerm) String() string {
	s := o.x.text
	if o.desc {
		s += " desc"
	}
	if o.nullsFirst {
		s += " nulls first"
	}
	return s
}

// less compares two values at a place of the order; NULLs go where the term says, last when it says nothing.
func (o orderTerm) compare(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil || b == nil:
		c := 1
		if b == nil {
			c = -1
		}
		if (a == nil) == o.nullsFirst {
			return -1 * abs(c)
		}
		if b == nil && o.nullsFirst {
			return 1
		}
		return c
	}
	if o.desc {
		return order(b, a)
	}
	return order(a, b)
}

func abs(n int) int { return max(n, -n) }

// varDef is a var.
type varDef struct {
	name  string
	input bool
	from  string // "" for a derived var
	x     expr   // without window: the value
	where *expr
	def   *expr
	// window functions: fn(x) over (partition by ... order by ...)
	fn     string
	orders []orderTerm
	frame  string
}

func (v *varDef) yaml() string {
	kind, sel := "entity_var", v.x.text
	if v.input {
		kind = "input_var"
	}
	if v.fn != "" {
		sel = v.fn + "(" + v.x.text + ")"
	}
	s := fmt.Sprintf("      - %s:\n          name: %s\n          select: %q\n", kind, v.name, sel)
	if v.from != "" {
		s += "          from: inputs/" + v.from + "\n"
	}
	if v.where != nil {
		s += fmt.Sprintf("          where: %q\n", v.where.text)
	}
	if v.def != nil {
		s += fmt.Sprintf("          default_value: %q\n", v.def.text)
	}
	if v.fn != "" {
		s += "          window:\n"
		if v.input {
			s += "            partition_by: [user_main_id]\n"
		}
		s += "            order_by:\n"
		for _, o := range v.orders {
			s += fmt.Sprintf("              - %q\n", o.String())
		}
		if v.frame != "" {
			s += "            frame_clause: " + v.frame + "\n"
		}
	}
	return s
}

// mentions are the vars a var is made of.
func (v *varDef) mentions() (vars, inputs []string) {
	add := func(e *expr) {
		if e != nil {
			vars, inputs = append(vars, e.vars...), append(inputs, e.input...)
		}
	}
	add(&v.x)
	add(v.where)
	add(v.def)
	for i := range v.orders {
		add(&v.orders[i].x)
	}
	return vars, inputs
}

const fullFrame = "rows between unbounded preceding and unbounded following"

// ordered are the rows in window order.
func (v *varDef) ordered(rows []map[string]any, vars map[string]any) []map[string]any {
	out := append([]map[string]any{}, rows...)
	sort.SliceStable(out, func(i, j int) bool { return v.before(out[i], out[j], vars) < 0 })
	return out
}

func (v *varDef) before(a, b map[string]any, vars map[string]any) int {
	for _, o := range v.orders {
		if c := o.compare(o.x.eval(scopeOf{row: a, vars: vars}), o.x.eval(scopeOf{row: b, vars: vars})); c != 0 {
			return c
		}
	}
	return 0
}

// windowed is the one value that a window var has for an entity with these rows: that on the first row of the order.
func (v *varDef) windowed(rows []map[string]any, vars map[string]any) any {
	if len(rows) == 0 {
		return nil
	}
	rows = v.ordered(rows, vars)
	last := v.orders[len(v.orders)-1]
	value := func(r map[string]any) any { return v.x.eval(scopeOf{row: r, vars: vars}) }
	var peers []map[string]any // of the first row
	for _, r := range rows {
		if v.before(rows[0], r, vars) == 0 {
			peers = append(peers, r)
		}
	}
	switch v.fn {
	case "first_value", "last_value":
		if v.fn == "last_value" {
			peers = nil
			for _, r := range rows {
				if v.before(rows[len(rows)-1], r, vars) == 0 {
					peers = append(peers, r)
				}
			}
		}
		// Of equal rows, the value that the direction of the order puts first (or last), NULL only if there is no other.
		var best any
		for _, r := range peers {
			x := value(r)
			if x == nil {
				continue
			}
			if best == nil || (order(x, best) < 0) != (last.desc != (v.fn == "last_value")) && order(x, best) != 0 {
				best = x
			}
		}
		return best
	case "rank":
		return int64(1)
	case "row_number":
		if last.desc {
			return int64(len(peers))
		}
		return int64(1)
	case "lead": // only with an order in which no two rows are equal
		if len(rows) < 2 {
			return nil
		}
		return value(rows[1])
	}
	over := peers // no frame: up to the current row and its equals
	if v.frame != "" {
		over = rows
	}
	var values []any
	for _, r := range over {
		if x := value(r); x != nil {
			values = append(values, x)
		}
	}
	return aggregated(v.fn, values)
}

// people are the data as the oracle sees it: rows by entity and source.
type people struct {
	names []string
	rows  map[string]map[string][]map[string]any
}

// features computes every var for every entity, and returns the rows of a view with their names in alphabetical order.
func (p *people) features(vars []*varDef) []string {
	values := map[string]map[string]any{}
	for _, who := range p.names {
		values[who] = map[string]any{}
	}
	for _, v := range vars {
		column := map[string]any{}
		switch {
		case v.input:
			continue
		case v.from != "":
			for _, who := range p.names {
				column[who] = v.aggregated(p.rows[who][v.from], values[who])
			}
		default:
			v.derived(p.names, values, column)
		}
		for _, who := range p.names {
			if column[who] == nil && v.def != nil {
				column[who] = v.def.eval(scopeOf{vars: values[who]})
			}
		}
		for _, who := range p.names {
			values[who][v.name] = column[who]
		}
	}
	var names []string
	for _, v := range vars {
		if !v.input {
			names = append(names, v.name)
		}
	}
	sort.Strings(names)
	var out []string
	s := &session{}
	for _, who := range p.names {
		cells := []string{"rid(user_id:" + who + ")"}
		for _, n := range names {
			cells = append(cells, s.shown(values[who][n]))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	sort.Strings(out)
	return append([]string{"user_main_id | " + strings.Join(names, " | ")}, out...)
}

func (v *varDef) aggregated(rows []map[string]any, vars map[string]any) any {
	var kept []map[string]any
	for _, r := range rows {
		if v.where == nil || v.where.eval(scopeOf{row: r, vars: vars}) == true {
			kept = append(kept, r)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	if v.fn != "" {
		return v.windowed(kept, vars)
	}
	return v.x.eval(scopeOf{rows: kept, vars: vars})
}

// derived fills a column of a var without from. Its window runs over the entities that pass the where.
func (v *varDef) derived(names []string, values map[string]map[string]any, column map[string]any) {
	var in []map[string]any
	for _, who := range names {
		if v.where == nil || v.where.eval(scopeOf{vars: values[who]}) == true {
			if v.fn == "" {
				column[who] = v.x.eval(scopeOf{vars: values[who]})
			}
			in = append(in, values[who])
		}
	}
	if v.fn == "" {
		return
	}
	for _, who := range names {
		if v.where != nil && v.where.eval(scopeOf{vars: values[who]}) != true {
			continue
		}
		before, peers := int64(0), []any{}
		for _, other := range in {
			c := 0
			for _, o := range v.orders {
				if c = o.compare(o.x.eval(scopeOf{vars: other}), o.x.eval(scopeOf{vars: values[who]})); c != 0 {
					break
				}
			}
			if c < 0 {
				before++
			}
			if c <= 0 || v.frame != "" {
				if x := v.x.eval(scopeOf{vars: other}); x != nil {
					peers = append(peers, x)
				}
			}
		}
		if v.fn == "rank" {
			column[who] = before + 1
		} else {
			column[who] = aggregated(v.fn, peers)
		}
	}
}

// inputValues adds the input vars to the rows of events, those of nobody being a partition of their own.
func (p *people) inputValues(vars []*varDef) {
	for _, v := range vars {
		if !v.input {
			continue
		}
		for _, who := range p.names {
			rows := p.rows[who][v.from]
			var kept []map[string]any
			for _, r := range rows {
				if v.where == nil || v.where.eval(scopeOf{row: r}) == true {
					kept = append(kept, r)
				}
			}
			if v.fn != "" {
				kept = v.ordered(kept, nil)
			}
			result := map[int]any{}
			for i, r := range kept {
				no := int(r["no"].(int64))
				switch v.fn {
				case "":
					result[no] = v.x.eval(scopeOf{row: r})
				case "row_number":
					result[no] = int64(i + 1)
				case "lead":
					if i+1 < len(kept) {
						result[no] = v.x.eval(scopeOf{row: kept[i+1]})
					}
				}
			}
			for _, r := range rows {
				x := result[int(r["no"].(int64))]
				if x == nil && v.def != nil {
					x = v.def.eval(scopeOf{row: r})
				}
				r[v.name] = x
			}
		}
	}
}
