package dialecttest

import "kith/internal/rel"

func (t Texts) statementCases() []Case {
	internal := func(n string) rel.Object { return rel.Named(rel.Internal, n) }
	read := func(o rel.Object, order string) *rel.Select {
		return &rel.Select{From: rel.Source{Rel: &rel.Table{Object: o}, Alias: "m"}, Items: []rel.Item{{Star: true}}, OrderBy: []rel.Order{asc(rel.C("m", order))}}
	}
	two := func(cols []string, rows ...[]rel.Expr) *rel.Values {
		return &rel.Values{Columns: []rel.Column{{Name: cols[0], Type: rel.BigInt}, {Name: cols[1], Type: rel.Text}}, Rows: rows}
	}
	kv := []string{"k", "v"}
	small := &rel.Values{Columns: []rel.Column{{Name: "x", Type: rel.BigInt}}, Rows: [][]rel.Expr{{rel.I(3)}}}
	first := two(kv, []rel.Expr{rel.I(1), rel.S("one")}, []rel.Expr{rel.Null(), rel.S("none")})
	return []Case{
		{
			Name: "let",
			Program: rel.Program{
				&rel.Let{Out: internal("m_1"), Body: first, Comment: "what's made", ColumnComments: map[string]string{"v": "value", "k": "the key's"}},
				&rel.Let{Out: internal("m_2"), Kind: rel.MakeView, Body: read(internal("m_1"), "k")},
				&rel.Let{Out: rel.Named(rel.Temp, "tmp"), Body: read(internal("m_2"), "k")},
				&rel.Drop{Object: internal("m_2")},
				&rel.Let{Out: internal("m_1"), Kind: rel.MakeTable, Body: read(rel.Named(rel.Temp, "tmp"), "k")},
				&rel.Drop{Object: rel.Named(rel.Temp, "tmp")},
				&rel.Drop{Object: internal("nothing_here")},
			},
			Read: read(internal("m_1"), "k"),
			Want: []string{"1|one", "NULL|none"},
		},
		{
			Name: "let_scratch",
			Program: rel.Program{
				&rel.Let{Out: rel.Named(rel.Scratch, "s_1"), Body: first},
				&rel.Let{Out: rel.Named(rel.Scratch, "s_1"), Body: &rel.Union{All: true, Rels: []rel.Rel{first, &rel.Select{From: rel.Source{Rel: &rel.Table{Object: rel.Named(rel.Scratch, "s_1")}, Alias: "t"}, Items: []rel.Item{{Star: true}}}}}},
				&rel.Let{Out: internal("m_1"), Body: read(rel.Named(rel.Scratch, "s_1"), "k")},
				&rel.Drop{Object: rel.Named(rel.Scratch, "s_1")},
			},
			Read: read(internal("m_1"), "k"),
			Want: []string{"1|one", "1|one", "NULL|none", "NULL|none"},
		},
		{
			Name: "let_in_place_of_the_other_kind",
			Program: rel.Program{
				&rel.Let{Out: internal("k_1"), Kind: rel.MakeView, Body: first},
				&rel.Let{Out: internal("k_1"), Body: first},
				&rel.Let{Out: internal("k_1"), Kind: rel.MakeView, Body: two(kv, []rel.Expr{rel.I(5), rel.S("five")})},
			},
			Read: read(internal("k_1"), "k"),
			Want: []string{"5|five"},
		},
		{
			Name: "drop_a_view",
			Program: rel.Program{
				&rel.Let{Out: internal("d_1"), Kind: rel.MakeView, Body: first},
				&rel.Drop{Object: internal("d_1")},
				&rel.Let{Out: internal("d_1"), Body: two(kv, []rel.Expr{rel.I(5), rel.S("five")})},
			},
			Read: read(internal("d_1"), "k"),
			Want: []string{"5|five"},
		},
		{
			Name: "merge",
			Program: rel.Program{
				&rel.Let{Out: internal("state"), Body: first},
				&rel.Merge{Into: internal("state"), Keys: []string{"k"}, Body: &rel.Values{
					Columns: []rel.Column{{Name: "v", Type: rel.Text}, {Name: "k", Type: rel.BigInt}},
					Rows:    [][]rel.Expr{{rel.S("two"), rel.I(2)}, {rel.S("still none"), rel.Null()}}}},
			},
			Read: read(internal("state"), "k"),
			Want: []string{"1|one", "2|two", "NULL|still none"},
		},
		{
			Name: "merge_star",
			Program: rel.Program{
				&rel.Let{Out: internal("s2"), Body: first},
				&rel.Let{Out: internal("delta"), Body: two(kv, []rel.Expr{rel.I(1), rel.S("uno")})},
				&rel.Merge{Into: internal("s2"), Keys: kv[:1], Body: &rel.Select{From: rel.Source{Rel: &rel.Table{Object: internal("delta")}, Alias: "d"}, Items: []rel.Item{{Star: true}}}},
			},
			Read: read(internal("s2"), "k"),
			Want: []string{"1|uno", "NULL|none"},
		},
		{
			Name: "ensure_insert_delete",
			Program: rel.Program{
				&rel.Ensure{Object: internal("log"), Columns: []rel.Column{{Name: "k", Type: rel.BigInt}, {Name: "order", Type: rel.Text}}},
				&rel.Ensure{Object: internal("log"), Columns: []rel.Column{{Name: "k", Type: rel.BigInt}, {Name: "order", Type: rel.Text}}},
				&rel.Insert{Into: internal("log"), Columns: []string{"order", "k"}, Body: &rel.Select{From: orders(), Items: []rel.Item{as("a", col("who")), as("b", col("id"))}}},
				&rel.Delete{Into: internal("log"), Where: []rel.Expr{
					rel.Or(&rel.Op{Op: ">", Args: []rel.Expr{rel.C("t", "k"), rel.I(2)}}, &rel.IsNull{X: rel.C("t", "order")}),
					&rel.Op{Op: "<>", Args: []rel.Expr{rel.C("t", "k"), rel.I(4)}}}},
			},
			Read: read(internal("log"), "k"),
			Want: []string{"1|ann", "2|ann", "4|bob"},
		},
		{
			Name: "state_of_one_row",
			Program: rel.Program{
				&rel.Ensure{Object: internal("one_row"), Columns: stateColumns, Rows: &rel.Values{Columns: stateColumns[:2],
					Rows: [][]rel.Expr{{rel.I(1), rel.Null()}}}},
				&rel.Ensure{Object: internal("one_row"), Columns: stateColumns, Rows: &rel.Values{Columns: stateColumns[:2],
					Rows: [][]rel.Expr{{rel.I(7), rel.S("nobody")}}}},
				&rel.AddColumn{Table: internal("one_row"), Column: rel.Column{Name: "seen at", Type: rel.Timestamp}},
				&rel.AddColumn{Table: internal("one_row"), Column: rel.Column{Name: "seen at", Type: rel.Timestamp}},
				&rel.Update{Into: internal("one_row"), Guard: true, Where: []rel.Expr{rel.Eq(rel.C("t", "k"), rel.I(1)), &rel.IsNull{X: rel.C("t", "seen at")}},
					Set: []rel.Item{as("k", &rel.Op{Op: "+", Args: []rel.Expr{rel.C("t", "k"), rel.I(4)}}), as("order", rel.S("me")), as("seen at", rel.F(rel.Now))}},
				&rel.Update{Into: internal("one_row"), Set: []rel.Item{as("order", rel.S("you"))}, Where: []rel.Expr{rel.Eq(rel.C("t", "k"), rel.I(1))}},
				&rel.Rename{Object: internal("one_row"), To: "State of it"},
			},
			Read: &rel.Select{From: from(internal("State of it"), "m"), Items: []rel.Item{as("k", rel.C("m", "k")), as("order", rel.C("m", "order")),
				as("seen", &rel.IsNull{X: rel.C("m", "seen at"), Negate: true})}},
			Want: []string{"5|me|true"},
		},
		{
			Name: "grant", // no fixture has the roles
			Program: rel.Program{
				&rel.Grant{Object: ext("raw", "orders"), Privilege: "SELECT", To: "Data Team"},
				&rel.Grant{Object: ext("raw", "orders"), Privilege: "SELECT"},
				&rel.Grant{Object: ext("raw", "orders"), Privilege: "UPDATE", To: "analyst", Option: true},
			},
			Read: read(ext("raw", "orders"), "id"),
		},
		{
			Name: "lock",
			Program: rel.Program{
				&rel.Let{Out: internal("read_by_many"), Body: first},
				&rel.Lock{Objects: []rel.Object{internal("read_by_many"), ext("raw", "orders")}},
				&rel.Lock{},
			},
			Read: read(internal("read_by_many"), "k"),
		},
		{
			Name: "publish",
			Program: rel.Program{
				&rel.Let{Out: internal("p_1"), Body: first},
				&rel.Publish{Views: []rel.PublishedView{
					{Name: "User", Body: read(internal("p_1"), "k"), Comment: "People.", ColumnComments: map[string]string{"k": "key"}},
					{Name: "users_table", Body: read(internal("p_1"), "k"), Table: true, Comment: "A table."},
				}},
				&rel.Publish{Views: []rel.PublishedView{
					{Name: "User", Body: &rel.Select{From: from(internal("p_1"), "m"), Items: []rel.Item{as("n", &rel.Agg{Fn: rel.CountStar})}}},
					{Name: "users_table", Body: &rel.Select{From: from(internal("p_1"), "m"), Items: []rel.Item{as("only", rel.C("m", "v"))}}},
				}},
			},
			Read: &rel.Select{
				From:    from(rel.Named(rel.Target, "User"), "u"),
				Joins:   []rel.Join{{Kind: rel.Cross, Source: from(rel.Named(rel.Target, "users_table"), "t")}},
				Items:   []rel.Item{{Expr: rel.C("u", "n")}, {Expr: rel.C("t", "only")}},
				OrderBy: []rel.Order{asc(rel.C("t", "only"))},
			},
			Want: []string{"2|none", "2|one"},
		},
		{
			Name: "loop_assert_exec",
			Program: rel.Program{
				&rel.Let{Out: internal("countdown"), Body: small},
				&rel.Loop{
					Name: "count down", Max: 5,
					Body: rel.Program{&rel.Let{Out: internal("countdown"), Body: &rel.Select{
						From:  from(internal("countdown"), "c"),
						Items: []rel.Item{as("x", &rel.Op{Op: "-", Args: []rel.Expr{rel.C("c", "x"), rel.I(1)}})}}}},
					Until: &rel.Select{From: from(internal("countdown"), "c"), Items: []rel.Item{as("done", rel.Eq(rel.C("c", "x"), rel.I(0)))}},
				},
				&rel.Assert{Message: "the count is over", Query: &rel.Select{From: from(internal("countdown"), "c"), Where: []rel.Expr{&rel.Op{Op: "<>", Args: []rel.Expr{rel.C("c", "x"), rel.I(0)}}}, Items: []rel.Item{{Star: true}}}},
				&rel.Exec{SQL: t.Query("select {0}", rel.I(1)), Writes: []rel.Object{internal("x")}},
			},
			Read: read(internal("countdown"), "x"),
			Want: []string{"0"},
		},
		{
			Name: "kernel_and_choose",
			Program: rel.Program{
				&rel.Choose{
					Name: "solver", Why: "few edges are solved in the process",
					Fact: &rel.Select{From: orders(), Items: []rel.Item{as("n", &rel.Agg{Fn: rel.CountStar})}},
					Options: []rel.Option{
						{Name: "process", AtMost: 1000, Needs: "kernel", Body: rel.Program{&rel.Kernel{
							Name: "components", Out: internal("labels"), Columns: []rel.Column{{Name: "node", Type: rel.BigInt}, {Name: "label", Type: rel.BigInt}},
							In: []rel.Rel{&rel.Select{From: orders(), Items: []rel.Item{as("a", col("id")), as("b", col("amount"))}}}}}},
						{Name: "sql", AtMost: -1, Body: rel.Program{&rel.Let{Out: internal("labels"), Body: &rel.Values{
							Columns: []rel.Column{{Name: "node", Type: rel.BigInt}, {Name: "label", Type: rel.BigInt}}, Rows: [][]rel.Expr{{rel.I(1), rel.I(1)}}}}}},
					},
				},
			},
			Read: read(internal("labels"), "node"),
			Want: []string{"1|1"},
		},
	}
}

var stateColumns = []rel.Column{{Name: "k", Type: rel.BigInt}, {Name: "order", Type: rel.Text}}
