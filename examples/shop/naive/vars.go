package naive

import (
	"fmt"
	"sort"
	"strings"
)

// varTable is the var table of an entity or cohort. Columns are named "var:<name>", so that no bare name in the project's
// SQL can mean one by accident.
type varTable struct {
	name   string
	entity *Entity
	cohort string // "" for all
	parent *varTable
	vars   map[string]*Var
	done   map[string]bool
}

// table returns the var table of an entity ("user") or cohort ("vips"), with a row for each member and no var yet.
func (p *Project) table(key string) (*varTable, error) {
	if t, ok := p.vars[key]; ok {
		return t, nil
	}
	t := &varTable{name: "vars_of_" + key, vars: map[string]*Var{}, done: map[string]bool{}}
	members := ""
	if e, ok := p.entities[key]; ok {
		graph, err := p.Object(e.IDStitcher)
		if err != nil {
			return nil, err
		}
		t.entity = e
		members = fmt.Sprintf("select distinct %s from %s", e.IDColumnName, graph)
	} else {
		m := p.models[key]
		if m == nil || m.Type != "entity_cohort" {
			return nil, fmt.Errorf("%s is no entity and no cohort", key)
		}
		parent, err := p.table(strings.TrimSuffix(strings.TrimPrefix(m.Spec.Extends, "models/"), "/all"))
		if err != nil {
			return nil, err
		}
		t.entity, t.parent, t.cohort = parent.entity, parent, key
		where, err := p.membership(m, parent)
		if err != nil {
			return nil, err
		}
		members = fmt.Sprintf("select %s from %s where %s", t.entity.IDColumnName, parent.name, where)
	}
	if err := p.exec(key, fmt.Sprintf("create table %s as %s", t.name, members)); err != nil {
		return nil, err
	}
	for _, g := range p.groups {
		if g.EntityKey == key || g.EntityCohort == "models/"+key || g.EntityCohort == key+"/all" {
			for _, v := range g.Vars {
				if v.EntityVar != nil {
					t.vars[v.EntityVar.Name] = v.EntityVar
				}
			}
		}
	}
	p.vars[key] = t
	return t, nil
}

// membership is the condition of a cohort on its parent's var table.
func (p *Project) membership(m *Model, parent *varTable) (string, error) {
	sc := scope{deref: p.Object, object: func(object, name string) (string, error) { return p.column(parent, name) }}
	if m.Spec.Expression != nil {
		return p.expression(m.Spec.Expression, sc)
	}
	var terms []string
	for _, step := range m.Spec.Pipeline {
		term := ""
		if step.SQL != nil {
			from, err := p.Object(step.SQL.From)
			if err != nil {
				return "", err
			}
			term = fmt.Sprintf("%s in (select %s from %s)", parent.entity.IDColumnName, step.SQL.Select, from)
		} else {
			var err error
			if term, err = p.render(step.Value, sc); err != nil {
				return "", err
			}
		}
		if step.Type == "exclude" {
			term = "not (" + term + ")"
		}
		terms = append(terms, "("+term+")")
	}
	return strings.Join(terms, " and "), nil
}

func (p *Project) expression(x any, sc scope) (string, error) {
	if s, ok := x.(string); ok {
		return p.render(s, sc)
	}
	for op, list := range x.(map[string]any) {
		var terms []string
		for _, item := range list.([]any) {
			t, err := p.expression(item, sc)
			if err != nil {
				return "", err
			}
			terms = append(terms, "("+t+")")
		}
		return strings.Join(terms, " "+op+" "), nil
	}
	return "", fmt.Errorf("empty filter expression")
}

// column computes a var, if need be, and returns the column that holds it. A cohort's table takes a var it does not define
// from its parent.
func (p *Project) column(t *varTable, name string) (string, error) {
	column := t.name + "." + quote("var:"+name)
	if t.done[name] {
		return column, nil
	}
	t.done[name] = true
	v, own := t.vars[name]
	if !own {
		if t.parent == nil {
			return "", fmt.Errorf("no var %s of %s", name, t.entity.Name)
		}
		theirs, err := p.column(t.parent, name)
		if err != nil {
			return "", err
		}
		main := t.entity.IDColumnName
		return column, p.exec(name, fmt.Sprintf("create or replace table %[1]s as select %[1]s.*, %[2]s as %[3]s from %[1]s left join %[4]s on %[4]s.%[5]s = %[1]s.%[5]s",
			t.name, theirs, quote("var:"+name), t.parent.name, main))
	}
	if err := p.compute(t, v); err != nil {
		return "", fmt.Errorf("var %s: %w", name, err)
	}
	return column, nil
}

// rendered is a var with its templates written out.
type rendered struct{ sel, where string }

// write renders the parts of a var. In them, the names of source (an input or SQL model) mean its columns, the names of
// entities and cohorts their vars.
func (p *Project) write(t *varTable, v *Var, source, table string) (rendered, error) {
	var r rendered
	sc := scope{deref: p.Object, object: func(object, name string) (string, error) {
		if source != "" && object == source[strings.Index(source, "/")+1:] {
			return table + "." + name, nil
		}
		if object == t.entity.Name || t.cohort != "" && object == t.cohort {
			return p.column(t, name)
		}
		return "", fmt.Errorf("unknown object %s", object)
	}}
	var err error
	write := func(text string) string {
		out, e := p.render(text, sc)
		if e != nil {
			err = e
		}
		return out
	}
	r.sel = write(v.Select)
	if v.Select == "" {
		r.sel = "null"
	}
	if r.where = "true"; v.Where != "" {
		r.where = "(" + write(v.Where) + ")"
	}
	if w := v.Window; w != nil {
		var partition, order []string
		if v.From != "" {
			partition = append(partition, table+"."+t.entity.IDColumnName)
		}
		for _, x := range w.PartitionBy {
			partition = append(partition, write(x))
		}
		for _, x := range w.OrderBy {
			order = append(order, write(x))
		}
		over := ""
		if len(partition) > 0 {
			over = "partition by " + strings.Join(partition, ", ")
		}
		over += " order by " + strings.Join(order, ", ")
		frame := write(w.Frame)
		if frame == "" && (strings.HasPrefix(r.sel, "first_value") || strings.HasPrefix(r.sel, "last_value")) {
			frame = "rows between unbounded preceding and unbounded following"
		}
		r.sel += " over (" + strings.TrimSpace(over+" "+frame) + ")"
	}
	if v.DataType != "" {
		r.sel = "cast(" + r.sel + " as " + write(v.DataType) + ")"
	}
	return r, err
}

// compute adds a var's column to a var table.
func (p *Project) compute(t *varTable, v *Var) error {
	main := t.entity.IDColumnName
	source, table := v.From, t.name
	if source != "" {
		var err error
		if table, err = p.sourceOf(source, t.entity); err != nil {
			return err
		}
	}
	r, err := p.write(t, v, source, table)
	if err != nil {
		return err
	}
	var values string
	switch {
	case source == "":
		values = fmt.Sprintf("select %s, %s as v from %s where %s", main, r.sel, t.name, r.where)
	case v.Window != nil:
		values = fmt.Sprintf("select %s, any_value(v) as v from (select %s.%s, %s as v from %s join %s on %s.%s = %s.%s where %s) group by 1",
			main, t.name, main, r.sel, table, t.name, t.name, main, table, main, r.where)
	default:
		values = fmt.Sprintf("select %s.%s, %s as v from %s join %s on %s.%s = %s.%s where %s group by 1",
			t.name, main, r.sel, table, t.name, t.name, main, table, main, r.where)
	}
	value := "v.v"
	if d := defaultOf(v); d != "" {
		value = "coalesce(v.v, " + d + ")"
	}
	return p.exec(v.Name, fmt.Sprintf("create or replace table %[1]s as select %[1]s.*, %[2]s as %[3]s from %[1]s left join (%[4]s) v on v.%[5]s = %[1]s.%[5]s",
		t.name, value, quote("var:"+v.Name), values, main))
}

func defaultOf(v *Var) string {
	for _, d := range []any{v.DefaultValue, v.Default} {
		if d != nil {
			return fmt.Sprint(d)
		}
	}
	return ""
}

// sourceOf returns the table that a from names, with the entity's main id in it.
func (p *Project) sourceOf(path string, e *Entity) (string, error) {
	if path == e.IDStitcher {
		return p.Object(path)
	}
	return p.withMainIDs(path)
}

// addInputVars adds the input vars of a source to its table, in the order in which they need each other: as written.
func (p *Project) addInputVars(path, table string) error {
	for _, g := range p.groups {
		for _, x := range g.Vars {
			v := x.InputVar
			if v == nil || v.From != path {
				continue
			}
			t := &varTable{name: table, entity: p.entities[g.EntityKey]}
			r, err := p.write(t, &Var{Select: v.Select, Where: v.Where, Window: v.Window, DataType: v.DataType}, path, table)
			if err != nil {
				return fmt.Errorf("%s: %w", v.Name, err)
			}
			value := "v.v"
			if d := defaultOf(v); d != "" {
				value = "coalesce(v.v, " + d + ")"
			}
			if err := p.exec(v.Name, fmt.Sprintf("create or replace table %[1]s as select %[1]s.*, %[2]s as %[3]s from %[1]s left join (select input_row_id, %[4]s as v from %[1]s where %[5]s) v on v.input_row_id = %[1]s.input_row_id",
				table, value, v.Name, r.sel, r.where)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Vars computes every var of an entity or cohort, inherited ones included, and returns their names, sorted.
func (p *Project) Vars(key string) ([]string, error) {
	t, err := p.table(key)
	if err != nil {
		return nil, err
	}
	var names []string
	for a := t; a != nil; a = a.parent {
		for name := range a.vars {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	names = unique(names)
	for _, name := range names {
		if _, err := p.column(t, name); err != nil {
			return nil, err
		}
	}
	return names, nil
}

func unique(sorted []string) []string {
	var out []string
	for i, s := range sorted {
		if i == 0 || s != sorted[i-1] {
			out = append(out, s)
		}
	}
	return out
}

// publishVars makes a view of the vars of an entity under their own names. Vars that read what is built from this view are
// left out of it: they are computed after.
func (p *Project) publishVars(entity string) (string, error) {
	names, err := p.Vars(entity)
	if err != nil {
		return "", err
	}
	t := p.vars[entity]
	columns := []string{t.entity.IDColumnName}
	for _, n := range names {
		columns = append(columns, quote("var:"+n)+" as "+n)
	}
	view := "published_" + entity
	return view, p.exec(view, fmt.Sprintf("create or replace view %s as select %s from %s", view, strings.Join(columns, ", "), t.name))
}
