package naive

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Object builds what a path names, if need be, and returns the name of its table or view.
func (p *Project) Object(path string) (string, error) {
	if name, ok := p.built[path]; ok {
		return name, nil
	}
	name, err := p.build(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	p.built[path] = name
	return name, nil
}

func (p *Project) build(path string) (string, error) {
	parts := strings.Split(path, "/")
	switch {
	case len(parts) == 2 && parts[0] == "inputs":
		return p.buildInput(p.inputs[parts[1]])
	case len(parts) >= 3 && parts[0] == "inputs" && parts[2] == "var_table":
		return p.withMainIDs("inputs/" + parts[1])
	case len(parts) == 2 && parts[0] == "models":
		return p.buildModel(p.models[parts[1]])
	case len(parts) == 3 && parts[1] == "all" && parts[2] == "var_table":
		return p.publishVars(parts[0])
	}
	return "", fmt.Errorf("a path this builder does not know")
}

func (p *Project) plain() scope {
	return scope{deref: p.Object, object: func(object, name string) (string, error) {
		return "", fmt.Errorf("%s.%s: no vars here", object, name)
	}}
}

// buildInput makes a view of the rows that the run sees: not after its end or without a time, and passing where.
func (p *Project) buildInput(in *Input) (string, error) {
	d := in.Defaults
	source := ""
	switch {
	case d.Parquet != "":
		source = "read_parquet('" + filepath.Join(p.dir, d.Parquet) + "')"
	case d.JSON != "":
		source = "read_json('" + filepath.Join(p.dir, d.JSON) + "')"
	case in.Name == "blocked_addresses": // cells are SQL literals
		source = "read_csv('" + filepath.Join(p.dir, d.CSV) + "', header = true, all_varchar = true, quote = '''', nullstr = 'NULL')"
	default:
		source = "read_csv('" + filepath.Join(p.dir, d.CSV) + "', header = true, all_varchar = true)"
	}
	var casts []string
	if d.Parquet == "" {
		for _, c := range in.Contract.WithColumns {
			if c.Datatype != "" {
				casts = append(casts, fmt.Sprintf("cast(%s as %s) as %s", c.Name, typeNames[c.Datatype], c.Name))
			}
		}
	}
	star := "*"
	if len(casts) > 0 {
		star = "* replace (" + strings.Join(casts, ", ") + ")"
	}
	where := "true"
	if d.OccurredAt != "" {
		where = fmt.Sprintf("(%s <= timestamp '%s' or %s is null)", d.OccurredAt, p.EndTime, d.OccurredAt)
	}
	if in.Where != "" {
		w, err := p.render(in.Where, p.plain())
		if err != nil {
			return "", err
		}
		where += " and (" + w + ")"
	}
	name := "input_" + in.Name
	return name, p.exec("inputs/"+in.Name, fmt.Sprintf("create table %s as select * from (select %s from %s) where %s", name, star, source, where))
}

func (p *Project) buildModel(m *Model) (string, error) {
	switch m.Type {
	case "id_stitcher":
		return m.Name, p.stitch(m)
	case "feature_table_model":
		table, err := p.publishVars(m.Spec.EntityKey)
		if err != nil {
			return "", err
		}
		columns := []string{p.entities[m.Spec.EntityKey].IDColumnName}
		for _, f := range m.Spec.Features {
			columns = append(columns, f.(string))
		}
		return m.Name, p.exec(m.Name, fmt.Sprintf("create view %s as select %s, timestamp '%s' as valid_at from %s", m.Name, strings.Join(columns, ", "), p.EndTime, table))
	case "sql_template":
		text, err := p.render(m.Spec.SingleSQL, p.plain())
		if err != nil {
			return "", err
		}
		text = strings.TrimSuffix(strings.TrimSpace(text), ";")
		if strings.HasPrefix(text, ",") {
			text = "with" + text[1:]
		}
		return m.Name, p.exec("models/"+m.Name, "create table "+m.Name+" as "+text)
	}
	return "", fmt.Errorf("model type %s has no table", m.Type)
}

// idsOf returns the ids of an input or SQL model.
func (p *Project) idsOf(path string) (ids []id, occurredAt string) {
	kind, name, _ := strings.Cut(path, "/")
	if kind == "inputs" {
		d := p.inputs[name].Defaults
		return d.IDs, d.OccurredAt
	}
	s := p.models[name].Spec
	return s.IDs, s.OccurredAt
}

// withMainIDs makes a table of an input or SQL model with the main id of each entity that its ids name, and its input vars.
func (p *Project) withMainIDs(path string) (string, error) {
	key := path + "/var_table"
	if name, ok := p.built[key]; ok {
		return name, nil
	}
	source, err := p.Object(path)
	if err != nil {
		return "", err
	}
	ids, _ := p.idsOf(path)
	name := strings.ReplaceAll(path, "/", "_") + "_vars"
	if err := p.exec(key, fmt.Sprintf("create table %s as select row_number() over () as input_row_id, * from %s", name, source)); err != nil {
		return "", err
	}
	p.built[key] = name
	for _, entity := range []string{"user", "account"} {
		if err := p.addMainID(key, name, p.entities[entity], ids); err != nil {
			return "", err
		}
	}
	return name, p.addInputVars(path, name)
}

// addMainID adds an entity's main id: that of the first id in declared order that is in the graph.
func (p *Project) addMainID(what, table string, e *Entity, ids []id) error {
	var joins, mains []string
	for _, x := range ids {
		if x.Entity != e.Name {
			continue
		}
		if x.Type == "rudder_id" {
			if x.Select == e.IDColumnName {
				return nil // it carries the main id already
			}
			mains = append(mains, x.Select)
			continue
		}
		expr, err := p.render(x.Select, p.plain())
		if err != nil {
			return err
		}
		graph, err := p.Object(e.IDStitcher)
		if err != nil {
			return err
		}
		alias := fmt.Sprintf("g%d", len(joins))
		joins = append(joins, fmt.Sprintf("left join %s %s on %s.other_id_type = '%s' and %s.other_id = i.%s", graph, alias, alias, x.Type, alias, quote(fmt.Sprintf("id:%d", len(joins)))))
		mains = append(mains, alias+"."+e.IDColumnName+"\x00"+expr)
	}
	if len(mains) == 0 {
		return nil
	}
	// Ids are computed first, under names no input has, so that no column of the graph can be meant by them.
	var columns, picks []string
	for i, m := range mains {
		pick, expr, _ := strings.Cut(m, "\x00")
		picks = append(picks, pick)
		columns = append(columns, fmt.Sprintf("%s as %s", expr, quote(fmt.Sprintf("id:%d", i))))
	}
	return p.exec(what, fmt.Sprintf("create or replace table %[1]s as select i.* exclude (%[2]s), coalesce(%[3]s, null) as %[4]s from (select *, %[5]s from %[1]s) i %[6]s",
		table, excluded(len(mains)), strings.Join(picks, ", "), e.IDColumnName, strings.Join(columns, ", "), strings.Join(joins, " ")))
}

func excluded(n int) string {
	var out []string
	for i := range n {
		out = append(out, quote(fmt.Sprintf("id:%d", i)))
	}
	return strings.Join(out, ", ")
}
