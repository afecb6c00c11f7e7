package lower

import (
	"fmt"

	"kith/internal/model"
	"kith/internal/normal"
	"kith/internal/rel"
)

// normalised is a text after the normalisers of its id type, in their order. Whatever compares ids of rows with ids of a graph
// compares them so.
func normalised(steps []normal.Step, x rel.Expr) rel.Expr {
	for _, s := range steps {
		switch s.Name {
		case normal.Trim:
			x = rel.F(rel.TrimSpaces, x)
		case normal.Lower:
			x = rel.F(rel.LowerCase, x)
		case normal.Unaccent:
			x = rel.F(rel.PlainLetters, x)
		case normal.Email:
			x = rel.F(rel.EmailAddress, x)
		case normal.Phone:
			x = rel.F(rel.PhoneNumber, x, rel.S(s.Country), rel.S(s.Trunk))
		default:
			panic(fmt.Sprintf("no function for normaliser %s", s.Name)) // spec reads no other
		}
	}
	return x
}

// idValue is an id expression as the graph sees it: text, normalised, where the empty text is no id.
func idValue(steps []normal.Step, x rel.Expr) rel.Expr {
	return rel.F(rel.NullIf, normalised(steps, &rel.Cast{X: x, Type: rel.Text}), rel.S(""))
}

// idSet is the single column of a {select, from, where} whose values are ids of a type.
func (l *lowering) idSet(s *model.ValueSet, t *model.IDType) rel.Rel {
	set := l.valueSet(s, true)
	if len(t.Normalize) == 0 {
		return set
	}
	return &rel.Select{From: rel.Source{Rel: set, Alias: "v"}, Items: []rel.Item{item(normalised(t.Normalize, rel.C("v", "value")), "value")}}
}

// isAny compares an id with those that the project writes. What is no id by the normalisers is none of any row's.
func isAny(id rel.Expr, texts []string, t *model.IDType) rel.Expr {
	in := &rel.InList{X: id}
	for _, text := range texts {
		if len(t.Normalize) > 0 {
			var ok bool
			if text, ok = t.Normal(text); !ok {
				continue
			}
		}
		in.List = append(in.List, rel.S(text))
	}
	switch len(in.List) {
	case 0:
		return &rel.Lit{Value: false}
	case 1:
		return rel.Eq(id, in.List[0])
	}
	return in
}

// typedID is an id of a row that names the id's type in another column, as an id of that type among those of an entity.
func typedID(types []*model.IDType, id, idType rel.Expr) rel.Expr {
	c := &rel.Case{Else: id}
	for _, t := range types {
		if len(t.Normalize) > 0 {
			c.Whens = append(c.Whens, rel.When{If: rel.Eq(idType, rel.S(t.Name)), Then: rel.F(rel.NullIf, normalised(t.Normalize, id), rel.S(""))})
		}
	}
	if len(c.Whens) == 0 {
		return id
	}
	return c
}
