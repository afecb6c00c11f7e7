package warehousetest

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// This file is a small language of vars and its naive reading: what SQL means by it, one row after the other. A value is
// int64, string, bool, or nil for NULL.

// scopeOf is what an expression sees: a row's columns, the entity's finished vars, and the rows of a group.
type scopeOf struct {
	row  map[string]any
	vars map[string]any
	rows []map[string]any
}

// expr is a scalar or aggregate expression.
type expr struct {
	text string
	eval func(s scopeOf) any
	// vars are the entity vars it mentions.
	vars []string
	// input reports whether it mentions an input var.
	input []string
}

func lit(v any) expr {
	t := "NULL"
	switch v := v.(type) {
	case int64:
		t = strconv.FormatInt(v, 10)
	case string:
		t = "'" + v + "'"
	}
	return expr{text: t, eval: func(scopeOf) any { return v }}
}

func col(name string) expr {
	return expr{text: name, eval: func(s scopeOf) any { return s.row[name] }}
}

func inputVar(name string) expr {
	return expr{text: "{{events." + name + "}}", input: []string{name}, eval: func(s scopeOf) any { return s.row[name] }}
}

func entityVar(name string) expr {
	return expr{text: "{{user." + name + "}}", vars: []string{name}, eval: func(s scopeOf) any { return s.vars[name] }}
}

func join(e expr, parts ...expr) expr {
	for _, p := range parts {
		e.vars = append(e.vars, p.vars...)
		e.input = append(e.input, p.input...)
	}
	return e
}

// arith is a op b over integers.
func arith(op string, a, b expr) expr {
	return join(expr{text: fmt.Sprintf("(%s %s %s)", a.text, op, b.text), eval: func(s scopeOf) any {
		x, ok1 := a.eval(s).(int64)
		y, ok2 := b.eval(s).(int64)
		if !ok1 || !ok2 {
			return nil
		}
		switch op {
		case "+":
			return x + y
		case "-":
			return x - y
		}
		return x * y
	}}, a, b)
}

func coalesce(a, b expr) expr {
	return join(expr{text: fmt.Sprintf("coalesce(%s, %s)", a.text, b.text), eval: func(s scopeOf) any {
		if v := a.eval(s); v != nil {
			return v
		}
		return b.eval(s)
	}}, a, b)
}

// compare is a op b over integers or texts; NULL where one is NULL.
func compare(op string, a, b expr) expr {
	return join(expr{text: fmt.Sprintf("%s %s %s", a.text, op, b.text), eval: func(s scopeOf) any {
		x, y := a.eval(s), b.eval(s)
		if x == nil || y == nil {
			return nil
		}
		c := order(x, y)
		switch op {
		case "<":
			return c < 0
		case ">":
			return c > 0
		case "<>":
			return c != 0
		}
		return c == 0
	}}, a, b)
}

func isNull(a expr) expr {
	return join(expr{text: a.text + " is null", eval: func(s scopeOf) any { return a.eval(s) == nil }}, a)
}

// logic is a AND b, a OR b, in three values. Brackets are left away where precedence allows it, as people do.
func logic(op string, a, b expr) expr {
	return join(expr{text: a.text + " " + op + " " + b.text, eval: func(s scopeOf) any {
		x, y := a.eval(s), b.eval(s)
		decides := op == "or"
		if x == decides || y == decides {
			return decides
		}
		if x == nil || y == nil {
			return nil
		}
		return !decides
	}}, a, b)
}

func not(a expr) expr {
	return join(expr{text: "not (" + a.text + ")", eval: func(s scopeOf) any {
		if v := a.eval(s); v != nil {
			return v == false
		}
		return nil
	}}, a)
}

func caseWhen(cond, then, els expr) expr {
	return join(expr{text: fmt.Sprintf("case when %s then %s else %s end", cond.text, then.text, els.text), eval: func(s scopeOf) any {
		if cond.eval(s) == true {
			return then.eval(s)
		}
		return els.eval(s)
	}}, cond, then, els)
}

// aggregate is a call over the rows of a group; what it is given is evaluated on each of them.
func aggregate(fn string, a expr) expr {
	name, distinct := strings.CutSuffix(fn, " distinct")
	arg := a.text
	if distinct {
		arg = "distinct " + arg
	}
	return join(expr{text: fmt.Sprintf("%s(%s)", name, arg), eval: func(s scopeOf) any {
		var values []any
		seen := map[any]bool{}
		for _, r := range s.rows {
			v := a.eval(scopeOf{row: r, vars: s.vars})
			if v == nil || distinct && seen[v] {
				continue
			}
			seen[v] = true
			values = append(values, v)
		}
		return aggregated(name, values)
	}}, a)
}

func aggregated(name string, values []any) any {
	if name == "count" {
		return int64(len(values))
	}
	if len(values) == 0 {
		return nil
	}
	sort.SliceStable(values, func(i, j int) bool { return order(values[i], values[j]) < 0 })
	switch name {
	case "min":
		return values[0]
	case "max":
		return values[len(values)-1]
	}
	var sum int64
	for _, v := range values {
		sum += v.(int64)
	}
	return sum
}

var countStar = expr{text: "count(*)", eval: func(s scopeOf) any { return int64(len(s.rows)) }}

// order compares two values of one type.
func order(a, b any) int {
	if x, ok := a.(int64); ok {
		return int(x - b.(int64))
	}
	return strings.Compare(a.(string), b.(string))
}

// noArgument is what stands between the brackets of rank().
var noArgument = expr{eval: func(scopeOf) any { return nil }}
