package dialecttest

import (
	"kith/internal/rel"
	"kith/internal/source"
)

func (t Texts) relationCases() []Case {
	people := &rel.Select{From: orders(), Where: []rel.Expr{rel.NotNull(col("who"))}, Distinct: true, Items: []rel.Item{{Expr: col("who")}}}
	blockedOn := []rel.Expr{rel.Eq(col("who"), rel.C("b", "who"))}
	joined := func(kind rel.JoinKind) *rel.Select {
		return &rel.Select{
			From: orders(), Joins: []rel.Join{{Kind: kind, Source: from(ext("raw", "blocked"), "b"), On: blockedOn}},
			Where: []rel.Expr{&rel.Op{Op: "<", Args: []rel.Expr{col("id"), rel.I(6)}}},
			Items: []rel.Item{{Expr: col("id")}}, OrderBy: []rel.Order{asc(col("id"))},
		}
	}
	odd := rel.Object{Space: rel.External, Parts: []rel.Ident{{Name: "RAW"}, {Name: `Odd "Name"`, Quoted: true}}}
	typed := []rel.Column{{Name: "n", Type: rel.BigInt}, {Name: "at", Type: rel.Timestamp}, {Name: "order", Type: rel.Text}}
	return []Case{
		{Name: "semi_join", Read: joined(rel.Semi), Want: []string{"4", "5"}},
		{Name: "anti_join", Read: joined(rel.Anti), Want: []string{"1", "2", "3"}},
		{
			Name: "joins_groups_and_having",
			Read: &rel.Select{
				From: rel.Source{Rel: people, Alias: "p"},
				Joins: []rel.Join{
					{Kind: rel.Left, Source: orders(), On: []rel.Expr{rel.Eq(rel.C("p", "who"), col("who")), rel.NotNull(col("amount"))}},
					{Kind: rel.Cross, Source: rel.Source{Alias: "k", Rel: &rel.Values{Columns: []rel.Column{{Name: "k", Type: rel.BigInt}}, Rows: [][]rel.Expr{{rel.I(2)}}}}},
				},
				GroupBy: []rel.Expr{rel.C("p", "who"), rel.C("k", "k")},
				Having:  []rel.Expr{&rel.Op{Op: ">", Args: []rel.Expr{&rel.Agg{Fn: rel.CountStar}, rel.I(1)}}, rel.NotNull(rel.C("k", "k"))},
				Items:   []rel.Item{{Expr: rel.C("p", "who")}, as("n", &rel.Op{Op: "*", Args: []rel.Expr{&rel.Agg{Fn: rel.CountStar}, rel.C("k", "k")}})},
				OrderBy: []rel.Order{{Expr: rel.C("p", "who"), Desc: true, NullsLast: true}},
			},
			Want: []string{"bob|4", "ann|4"},
		},
		{
			Name: "with_and_union",
			Read: &rel.With{
				CTEs: []rel.CTE{{Name: "people", Rel: people}, {Name: "twice", Materialized: true, Rel: &rel.Union{All: true, Rels: []rel.Rel{&rel.Name{Name: "people"}, &rel.Name{Name: "people"}}}}},
				Body: &rel.With{
					CTEs: []rel.CTE{{Name: "once", Rel: &rel.Union{Rels: []rel.Rel{&rel.Name{Name: "twice"}, &rel.Select{From: rel.Source{Rel: &rel.Name{Name: "people"}}, Items: []rel.Item{{Star: true}}, Limit: 1}}}}},
					Body: &rel.Select{From: rel.Source{Rel: &rel.Name{Name: "once"}, Alias: "x"}, Items: []rel.Item{as("n", &rel.Agg{Fn: rel.CountStar})}},
				},
			},
			Want: []string{"2"},
		},
		{
			Name: "values",
			Read: &rel.Values{Columns: typed, Rows: [][]rel.Expr{
				{rel.I(1), rel.S("2024-01-02"), rel.S("x")}, {rel.Null(), rel.Null(), rel.Null()}}},
			Want: []string{"1|2024-01-02 00:00:00|x", "NULL|NULL|NULL"},
		},
		{Name: "values_without_rows", Read: &rel.Values{Columns: typed}, Want: []string{}},
		{
			Name: "star_except",
			Read: &rel.Select{
				From:  rel.Source{Alias: "v", Rel: &rel.Values{Columns: typed, Rows: [][]rel.Expr{{rel.I(1), rel.Null(), rel.S("x")}}}},
				Items: []rel.Item{{Star: true, Of: "v", Except: []string{"at"}}, as("more", rel.I(2))},
			},
			Want: []string{"1|x|2"},
		},
		{
			Name: "star_except_of_a_table",
			Read: &rel.Select{From: orders(), Where: []rel.Expr{rel.Eq(col("id"), rel.I(1))}, Items: []rel.Item{{Star: true, Except: []string{"ts", "kind"}}}},
			Want: []string{"1|ann|10"},
		},
		{
			Name: "odd_names",
			Read: &rel.Select{
				From: from(odd, "Select"), OrderBy: []rel.Order{asc(rel.C("Select", "a b"))},
				Items: []rel.Item{{Expr: rel.C("Select", "select")}, as(`say "hi"`, rel.C("Select", "Größe")), as("from", t.Expr("Select", `"a b" + 1`)), {Expr: rel.C("Select", "a b")}},
			},
			Want: []string{"1|x'y|3|2"},
		},
		{
			Name: "user_query_as_source",
			Read: &rel.Select{
				From:  rel.Source{Alias: "q", Rel: t.Query("with a as (select * from {0})\nselect who, '{1}' as day from a where id = {2} -- the first", &rel.RelExpr{Rel: &rel.Table{Object: ext("raw", "orders")}}, &rel.TextTime{Time: utc("2024-05-06 00:00:00"), Layout: "02.01.2006"}, rel.I(1))},
				Items: []rel.Item{{Star: true}},
			},
			Want: []string{"ann|06.05.2024"},
		},
		{
			Name: "user_query_over_a_relation",
			Read: &rel.With{
				CTEs: []rel.CTE{{Name: "people", Rel: people}},
				Body: t.Query("select count(*) as n, max({1}.who) as last\nfrom {0} join {1} on true", &rel.RelExpr{Rel: people}, &rel.RelExpr{Rel: &rel.Name{Name: "people"}}),
			},
			Want: []string{"4|bob"},
		},
		{
			Name: "user_query_window_order",
			Read: t.Query("select id, row_number() over (partition by who order by ts desc) as n from raw.orders where who = 'bob' order by id"),
			Want: []string{"4|2", "5|1"},
		},
		{Name: "file_csv", Read: &rel.File{Path: "/data/[a]/b*.csv", Format: "csv", Span: anywhere()}},
		{Name: "file_parquet", Read: &rel.Select{From: rel.Source{Rel: &rel.File{Path: "/data/it's.parquet", Format: "parquet", Span: anywhere()}, Alias: "f"}, Items: []rel.Item{{Star: true}}}},
		{Name: "file_json", Read: &rel.Select{From: rel.Source{Rel: &rel.File{Path: "/data/x.json", Format: "json", Span: anywhere()}, Alias: "f"}, Items: []rel.Item{{Star: true}}}},
	}
}

// anywhere is a place in a file of the project.
func anywhere() source.Span {
	return source.Span{File: source.NewFile("inputs.yaml", []byte("file: x.csv\n")), Start: 6, End: 11}
}
