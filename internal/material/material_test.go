package material

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestName(t *testing.T) {
	for _, c := range []struct {
		name, model, hash string
		seq               int64
		child             string
		ok                bool
	}{
		{"Material_user_graph_0a1b2c3d_41", "user_graph", "0a1b2c3d", 41, "", true},
		{"MATERIAL_USER_GRAPH_0A1B2C3D_41", "USER_GRAPH", "0A1B2C3D", 41, "", true},
		{"Material_user_graph_0a1b2c3d_41_internal_edges", "user_graph", "0a1b2c3d", 41, "_internal_edges", true},
		// The hash is the last thing that looks like one: a model may be called after a material.
		{"Material_Material_x_0a1b2c3d_1_11111111_2", "Material_x_0a1b2c3d_1", "11111111", 2, "", true},
		{"Material_user_graph", "", "", 0, "", false},
		{"Material_x_0a1b2c3_1", "", "", 0, "", false},
		{"Material_x_0a1b2c3d_99999999999999999999", "", "", 0, "", false},
		{"user_graph", "", "", 0, "", false},
	} {
		model, hash, seq, child, ok := Parse(c.name)
		if model != c.model || hash != c.hash || seq != c.seq || child != c.child || ok != c.ok {
			t.Errorf("Parse(%q) = %q %q %d %q %v", c.name, model, hash, seq, child, ok)
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		name  string
		limit int
		want  string
	}{
		{"Material_orders_0a1b2c3d_1", 0, "Material_orders_0a1b2c3d_1"},
		{"Material_orders_0a1b2c3d_1", 26, "Material_orders_0a1b2c3d_1"},
		{"Material_orders_0a1b2c3d_1", 25, "Material_order_0a1b2c3d_1"},
		{"Material_orders_0a1b2c3d_1_internal_edges", 37, "Material_or_0a1b2c3d_1_internal_edges"},
		// A letter of two bytes is not cut in the middle.
		{"Material_aø_0a1b2c3d_1", 22, "Material_a_0a1b2c3d_1"},
		// There is nothing left of the model, or no model.
		{"Material_orders_0a1b2c3d_1", 20, "Material_orders_0a1b2c3d_1"},
		{"a_view_with_a_long_name", 10, "a_view_with_a_long_name"},
	} {
		if got := Fit(c.name, c.limit); got != c.want {
			t.Errorf("Fit(%q, %d) = %q", c.name, c.limit, got)
		}
	}
}

// TestFitted is that a shortened name is still a material of the same hash, seq no and child, fits, and is not shortened more
// than it has to be.
func TestFitted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := rapid.StringMatching(`[a-zø_]{30,120}`).Draw(t, "model")
		hash := rapid.StringMatching(`[0-9a-f]{8}`).Draw(t, "hash")
		seq := rapid.Int64Range(1, 99999).Draw(t, "seq")
		child := rapid.SampledFrom([]string{"", "_internal_edges", "_internal_tuples_12"}).Draw(t, "child")
		got := Fit(Name(model, hash, seq)+child, 63)
		m, h, n, c, ok := Parse(got)
		if !ok || !strings.HasPrefix(model, m) || h != hash || n != seq || c != child || !utf8.ValidString(got) {
			t.Fatalf("%q", got)
		}
		if len(got) > 63 || m != model && len(got) < 62 {
			t.Fatalf("%q has %d bytes", got, len(got))
		}
	})
}
