package naive

import (
	"fmt"
	"strings"
)

// stitch builds a stitcher's graph: edges in SQL, as the documentation lists them, components by asking for the smallest
// neighbour until nothing changes.
func (p *Project) stitch(m *Model) error {
	e := p.entities[m.Spec.EntityKey]
	raw := m.Name + "_raw"
	if err := p.exec(m.Name, fmt.Sprintf("create table %s (id1 varchar, type1 varchar, id2 varchar, type2 varchar, seen timestamp)", raw)); err != nil {
		return err
	}
	for _, source := range m.Spec.EdgeSources {
		if err := p.addEdges(raw, source.From, e); err != nil {
			return err
		}
	}
	if err := p.filter(raw, e); err != nil {
		return err
	}
	rid := func(id, typ string) string {
		return fmt.Sprintf("'rid' || left(sha1(left(sha1('fe971b24-9572-4005-b22f-351e9c09274d' || %s), 32) || %s), 32)", id, typ)
	}
	for _, s := range []string{
		`create table {m}_edges as select {r1} as a, {r2} as b, id1, type1, id2, type2, min(seen) as seen from {m}_raw group by all`,
		`create table {m}_nodes as select node, any_value(id) as id, any_value(typ) as typ, min(seen) as seen, node as label
			from (select a as node, id1 as id, type1 as typ, seen from {m}_edges union all select b, id2, type2, seen from {m}_edges) group by node`,
	} {
		s = strings.NewReplacer("{m}", m.Name, "{r1}", rid("id1", "type1"), "{r2}", rid("id2", "type2")).Replace(s)
		if err := p.exec(m.Name, s); err != nil {
			return err
		}
	}
	for {
		changed := 0
		if err := p.exec(m.Name, strings.ReplaceAll(`create or replace table {m}_next as
			select n.node, n.id, n.typ, n.seen, min(o.label) as label, n.label as before
			from {m}_nodes n join (select a as x, b as y from {m}_edges union select b, a from {m}_edges) e on e.x = n.node join {m}_nodes o on o.node = e.y
			group by n.node, n.id, n.typ, n.seen, n.label`, "{m}", m.Name)); err != nil {
			return err
		}
		if err := p.db.QueryRowContext(p.ctx, "select count(*) from "+m.Name+"_next where label <> before").Scan(&changed); err != nil {
			return err
		}
		if err := p.exec(m.Name, strings.ReplaceAll("create or replace table {m}_nodes as select * exclude (before) from {m}_next", "{m}", m.Name)); err != nil {
			return err
		}
		if changed == 0 {
			break
		}
	}
	return p.exec(m.Name, strings.NewReplacer("{m}", m.Name, "{main}", e.IDColumnName).Replace(`create table {m} as
		select first_value(node) over (partition by label order by seen is null, seen, node) as {main}, id as other_id, typ as other_id_type,
			seen as valid_at, seen as first_seen_at from {m}_nodes`))
}

// addEdges adds every pair of ids of a row, each with itself included.
func (p *Project) addEdges(raw, path string, e *Entity) error {
	source, err := p.Object(path)
	if err != nil {
		return err
	}
	all, at := p.idsOf(path)
	var exprs, types []string
	for _, x := range all {
		if x.Entity == e.Name {
			expr, err := p.render(x.Select, p.plain())
			if err != nil {
				return err
			}
			exprs, types = append(exprs, expr), append(types, x.Type)
		}
	}
	for i := range exprs {
		for j := i; j < len(exprs); j++ {
			if err := p.exec(path, fmt.Sprintf("insert into %s select x, '%s', y, '%s', %s from (select *, (%s) as x, (%s) as y from %s) where x <> '' and y <> ''",
				raw, types[i], types[j], at, exprs[i], exprs[j], source)); err != nil {
				return err
			}
		}
	}
	return nil
}

// filter deletes the edges whose ends fail a filter of their type, inherited filters first.
func (p *Project) filter(raw string, e *Entity) error {
	for _, name := range e.IDTypes {
		var chain []*IDType
		for t := p.idTypes[name]; t != nil; t = p.idTypes[t.Extends] {
			chain = append([]*IDType{t}, chain...)
		}
		for _, t := range chain {
			for _, f := range t.Filters {
				var fits string
				switch {
				case f.Value != nil:
					fits = "%s = '" + strings.ReplaceAll(*f.Value, "'", "''") + "'"
				case f.Regex != "":
					fits = "regexp_full_match(%s, '" + strings.ReplaceAll(f.Regex, "'", "''") + "')"
				default:
					from, err := p.Object(f.SQL.From)
					if err != nil {
						return err
					}
					fits = fmt.Sprintf("%%s in (select v from (select %s as v from %s) where v is not null)", f.SQL.Select, from)
				}
				if f.Type == "include" {
					fits = "not " + fits
				}
				for _, side := range []string{"1", "2"} {
					if err := p.exec(name, fmt.Sprintf("delete from %s where type%s = '%s' and "+fits, raw, side, name, "id"+side)); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}
