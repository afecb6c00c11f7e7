package spec

import (
	"testing"

	"kith/internal/source"
)

// oldTable is a model_spec that holds vars, as feature tables did.
type oldTable struct{ vars []*Var }

func TestVarsInAModelSpec(t *testing.T) {
	obj := &Object[oldTable]{Name: "feature_table_model", Fields: []Field[oldTable]{
		Vars("vars", "The vars.", func(o *oldTable) *[]*Var { return &o.vars }),
	}}
	n, l := ParseYAML(source.NewFile("a.yaml", []byte(`
vars:
  - entity_var: {name: a, select: "max(x) \
      + 1", from: inputs/i}
  - input_var: {name: b, select: y, from: inputs/i}
`)))
	o, more := Decode(n, obj)
	if l.Add(more); len(l) > 0 {
		t.Fatalf("%+v", l)
	}
	if len(o.vars) != 2 || o.vars[0].Input || !o.vars[1].Input || o.vars[0].Select.S != "max(x) + 1" {
		t.Errorf("got %+v", o.vars)
	}
	// The place of the 1 behind the escaped line break is on the line below.
	if line, col := o.vars[0].Select.Origin(9, 10).Position(); line != 4 || col != 9 {
		t.Errorf("the last character is placed at %d:%d", line, col)
	}
}
