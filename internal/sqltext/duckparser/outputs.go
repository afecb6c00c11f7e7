package duckparser

import (
	"slices"
	"strings"
)

// outputs are the names of a SELECT's columns, nil when one of them is not to be told from the text alone: an item without
// a name, or a star over a table.
func outputs(node object, s *scope) []string {
	var out []string
	for _, i := range list(node, "select_list") {
		item, _ := i.(object)
		switch {
		case str(item, "alias") != "":
			out = append(out, str(item, "alias"))
		case str(item, "class") == "COLUMN_REF":
			parts := strs(item, "column_names")
			if len(parts) == 0 {
				return nil
			}
			out = append(out, parts[len(parts)-1])
		case str(item, "class") == "STAR":
			star := starNames(item, obj(node, "from_table"), s)
			if star == nil {
				return nil
			}
			out = append(out, star...)
		default:
			return nil
		}
	}
	return out
}

// outputsKey is where a walk leaves the columns of a nested query of FROM in its node.
const outputsKey = "\x00outputs"

// starNames are the columns of a plain star over one common table expression or nested query.
func starNames(star, from object, s *scope) []string {
	for k := range star {
		switch k {
		case "class", "type", "query_location", "columns", "exclude_list":
		default:
			return nil
		}
	}
	if all, _ := star["columns"].(bool); all {
		return nil
	}
	names := sourceNames(from, s)
	if names == nil {
		return nil
	}
	out := slices.Clone(names)
	for _, x := range strs(star, "exclude_list") {
		out = slices.DeleteFunc(out, func(n string) bool { return strings.EqualFold(n, x) })
	}
	return out
}

// sourceNames are the columns of a source of FROM that the text itself defines.
func sourceNames(from object, s *scope) []string {
	var names []string
	switch str(from, "type") {
	case "BASE_TABLE":
		cte, ok := s.lookup(str(from, "table_name"))
		if !ok || str(from, "schema_name") != "" {
			return nil
		}
		names = cte.outputs
	case "SUBQUERY":
		names, _ = from[outputsKey].([]string)
	default:
		return nil
	}
	if aliases := strs(from, "column_name_alias"); len(aliases) > 0 {
		return renamed(names, aliases)
	}
	return names
}
