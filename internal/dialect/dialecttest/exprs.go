package dialecttest

import "kith/internal/rel"

func exprCases() []Case {
	one := func(items ...rel.Item) *rel.Select { return &rel.Select{Items: items} }
	op := func(o string, args ...rel.Expr) *rel.Op { return &rel.Op{Op: o, Args: args} }
	blocked := &rel.Select{From: from(ext("raw", "blocked"), "b"), Items: []rel.Item{{Expr: rel.C("b", "who")}}}
	first := func(value, filter rel.Expr, order ...rel.Order) rel.Expr {
		return &rel.Agg{Fn: rel.FirstRow, Args: []rel.Expr{value}, OrderBy: order, Filter: filter}
	}
	return []Case{
		{
			Name: "operators_and_brackets",
			Read: one(
				as("a", op("*", op("+", rel.I(1), rel.I(2)), rel.I(3))),
				as("b", op("-", rel.I(1), op("-", rel.I(2), rel.I(-3)))),
				as("c", &rel.Not{X: rel.Or(rel.Eq(rel.I(1), rel.I(1)), rel.Eq(rel.I(1), rel.I(2)))}),
				as("d", rel.And(rel.Or(rel.Eq(rel.I(1), rel.I(1)), rel.Eq(rel.I(1), rel.I(2))), rel.Eq(rel.I(3), rel.I(3)))),
				as("e", rel.Eq(rel.Eq(rel.I(1), rel.I(2)), &rel.Lit{Value: false})),
				as("f", op("is not distinct from", &rel.Cast{X: rel.Null(), Type: rel.BigInt}, &rel.Cast{X: rel.Null(), Type: rel.BigInt})),
				as("g", op("/", rel.I(7), rel.I(2))),
				as("h", op("/", rel.I(7), rel.I(0))),
				as("i", &rel.IsNull{X: op("||", rel.S("x"), rel.Null())}),
				as("j", &rel.Case{Whens: []rel.When{{If: rel.Eq(rel.I(1), rel.I(2)), Then: rel.S("no")}}, Else: rel.S("yes")}),
				as("k", &rel.InList{X: rel.I(3), List: []rel.Expr{rel.I(1), rel.I(3)}}),
				as("l", op("||", rel.S("a"), rel.S("b"), rel.S("c"))),
			),
			Want: []string{"9|-4|false|true|true|true|3.5|NULL|true|yes|true|abc"},
		},
		{
			Name: "functions",
			Read: one(
				as("a", rel.F(rel.Coalesce, rel.Null(), rel.S("x"))),
				as("b", rel.F(rel.NullIf, rel.I(1), rel.I(1))),
				as("c", rel.F(rel.Concat, rel.S("a"), rel.S("b"))),
				as("d", rel.F(rel.Concat, rel.S("a"), &rel.Cast{X: rel.Null(), Type: rel.Text})),
				as("e", rel.F(rel.Lower, rel.F(rel.Trim, rel.S("  ÄB ")))),
				as("f", rel.F(rel.Left_, rel.S("äbc"), rel.I(2))),
				as("g", rel.F(rel.RegexFullMatch, rel.S("xaby"), rel.S("a.|b"))),
				as("h", rel.F(rel.RegexFullMatch, rel.S("AB"), rel.S("(?i)a.|b"))),
				as("i", rel.F(rel.Least, rel.I(2), &rel.Cast{X: rel.Null(), Type: rel.BigInt}, rel.I(1))),
				as("j", rel.F(rel.Greatest, rel.I(2), &rel.Cast{X: rel.Null(), Type: rel.BigInt}, rel.I(1))),
				as("k", op("=", rel.F(rel.Hash64, rel.S("a"), rel.I(1)), rel.F(rel.Hash64, rel.S("a"), rel.I(2)))),
				as("l", rel.Eq(rel.F(rel.Hash64, rel.S("a"), rel.I(1)), rel.F(rel.Hash64, rel.S("a"), rel.I(1)))),
				as("m", op("<", rel.F(rel.ByBytes, rel.S("a")), rel.S("B"))),
				as("n", rel.F(rel.Later, rel.F(rel.ToTimestamp, rel.S("2024-02-28 23:59:59")), rel.I(86401000001))),
			),
			Want: []string{"x|NULL|ab|NULL|äb|äb|false|true|1|2|false|true|false|2024-03-01 00:00:00.000001"},
		},
		{
			Name: "normalisers",
			Read: one(
				as("a", rel.F(rel.TrimSpaces, rel.S("\u00a0 Ä b\t"))),
				as("b", rel.F(rel.LowerCase, rel.S("ÄİK"))),
				as("c", rel.F(rel.PlainLetters, rel.S("Łódź, Straße"))),
				as("d", rel.F(rel.EmailAddress, rel.S(" Ann@Example.com "))),
				as("e", rel.F(rel.EmailAddress, rel.S("none"))),
				as("f", rel.F(rel.PhoneNumber, rel.S("030/123456"), rel.S("49"), rel.S("0"))),
				as("g", rel.F(rel.CharLength, rel.S("äb🙂"))),
			),
			Want: []string{"Ä b|äik|Lodz, Strasse|ann@example.com|NULL|+4930123456|3"},
		},
		{
			Name: "sha1",
			Read: one(as("a", rel.F(rel.SHA1Hex, rel.S("abc")))),
			Want: []string{"a9993e364706816aba3e25717850c26c9cd0d89d"},
		},
		{
			Name: "to_timestamp",
			Read: one(
				as("a", rel.F(rel.ToTimestamp, rel.S("2024-01-02 03:04:05.5"))),
				as("b", rel.F(rel.ToTimestamp, rel.S("2024-01-02 03:04:05+02"))),
				as("c", rel.F(rel.ToTimestamp, rel.S("2024-01-02T03:04:05Z"))),
				as("d", rel.F(rel.ToTimestamp, rel.S("2024-01-02"))),
				as("e", rel.F(rel.ToTimestamp, &rel.Cast{X: rel.S("2024-01-02"), Type: rel.Date})),
				as("f", rel.F(rel.ToTimestamp, &rel.Lit{Value: utc("2024-01-02 03:04:05")})),
				as("g", rel.F(rel.ToTimestamp, &rel.Cast{X: rel.Null(), Type: rel.Text})),
			),
			Want: []string{"2024-01-02 03:04:05.5|2024-01-02 01:04:05|2024-01-02 03:04:05|2024-01-02 00:00:00|2024-01-02 00:00:00|2024-01-02 03:04:05|NULL"},
		},
		{
			Name: "aggregates",
			Read: byWho(
				as("a", &rel.Agg{Fn: rel.CountStar, Filter: rel.NotNull(col("ts"))}),
				as("b", &rel.Agg{Fn: rel.Count, Args: []rel.Expr{col("kind")}, Distinct: true}),
				as("c", &rel.Agg{Fn: rel.Min, Args: []rel.Expr{col("amount")}}),
				as("d", &rel.Agg{Fn: rel.Max, Args: []rel.Expr{col("ts")}}),
				as("e", &rel.Cast{X: &rel.Agg{Fn: rel.Sum, Args: []rel.Expr{col("amount")}}, Type: rel.BigInt}),
				as("f", &rel.Agg{Fn: rel.BoolOr, Args: []rel.Expr{rel.Eq(col("kind"), rel.S("new"))}}),
				as("g", &rel.Agg{Fn: rel.BoolAnd, Args: []rel.Expr{rel.Eq(col("kind"), rel.S("new"))}}),
				as("h", &rel.Agg{Fn: rel.AnyValue, Args: []rel.Expr{col("who")}}),
				as("i", &rel.Agg{Fn: rel.LeastOf, Args: []rel.Expr{rel.Eq(col("kind"), rel.S("new"))}}),
				as("j", &rel.Agg{Fn: rel.GreatestOf, Args: []rel.Expr{rel.Eq(col("kind"), rel.S("new"))}, Filter: rel.NotNull(col("ts"))}),
			),
			Want: []string{"ann|3|2|10|2024-01-03 10:00:00|40|true|false|ann|false|true", "bob|1|1|5|2024-01-01 09:00:00|12|false|false|bob|false|false"},
		},
		{
			// The value on the first row, NULL values kept (ann's latest amount); every term has its direction and its NULLs.
			Name: "first_row",
			Read: byWho(
				as("a", first(col("amount"), nil, rel.Order{Expr: col("ts"), NullsLast: true})),
				as("b", first(col("amount"), nil, rel.Order{Expr: col("ts"), Desc: true, NullsLast: true})),
				as("c", first(col("amount"), rel.NotNull(col("amount")), rel.Order{Expr: col("ts"), Desc: true, NullsLast: true})),
				as("d", first(col("id"), nil, rel.Order{Expr: col("ts"), NullsLast: true}, rel.Order{Expr: col("id"), Desc: true, NullsLast: true})),
				as("e", first(col("id"), nil, rel.Order{Expr: col("ts"), Desc: true}, rel.Order{Expr: col("id")})),
			),
			Want: []string{"ann|10|NULL|30|1|3", "bob|7|7|7|5|4"},
		},
		{
			// The set holds a NULL: bob is in it, ann is not, and nobody knows of NULL.
			Name: "in_relation_with_nulls",
			Read: perRow(
				as("a", &rel.InRel{X: col("who"), Rel: blocked}),
				as("b", &rel.InRel{X: col("who"), Rel: &rel.Table{Object: ext("raw", "blocked")}, Negate: true}),
				as("c", &rel.InRel{X: rel.S("zoe"), Rel: &rel.Union{All: true, Rels: []rel.Rel{blocked, blocked}}, Negate: true})),
			Want: []string{"1|false|true|true", "2|false|true|true", "3|false|true|true", "4|true|false|true", "5|true|false|true", "6|NULL|NULL|true"},
		},
		{
			Name: "scalar_and_casts",
			Read: one(
				as("a", &rel.Scalar{Rel: &rel.Select{From: orders(), Items: []rel.Item{as("n", &rel.Agg{Fn: rel.CountStar})}}}),
				as("b", &rel.Cast{X: rel.S("12"), Type: rel.BigInt}),
				as("c", &rel.Cast{X: rel.S("2024-01-02"), Type: rel.Timestamp}),
				as("d", &rel.Cast{X: rel.S("true"), Type: rel.Bool}),
			),
			Want: []string{"6|12|2024-01-02 00:00:00|true"},
		},
		{
			Name: "literals",
			Read: one(
				as("a", rel.S(`it's "so" \n {{x}} ü 😀 -- no comment`)),
				as("b", rel.I(-9223372036854775808)), as("c", rel.I(9223372036854775807)), as("d", rel.I(-1)),
				as("e", &rel.Lit{Value: 0.1}), as("f", &rel.Lit{Value: -1.5e-300}), as("g", &rel.Lit{Value: 123456789.125}),
				as("h", &rel.Lit{Value: true}), as("i", &rel.Lit{Value: utc("2024-02-29 23:59:59.000001")}), as("j", rel.Null()),
			),
			Want: []string{`it's "so" \n {{x}} ü 😀 -- no comment|-9223372036854775808|9223372036854775807|-1|0.1|-1.5e-300|1.23456789125e+08|true|2024-02-29 23:59:59.000001|NULL`},
		},
	}
}
