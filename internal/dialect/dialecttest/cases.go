package dialecttest

import (
	"kith/internal/rel"
	"kith/internal/source"
)

// Case is one program of the matrix.
type Case struct {
	Name string
	// Program is what is printed; nil when only Read is.
	Program rel.Program
	// Read is printed and read after the program ran.
	Read rel.Rel
	// Want are the rows that Read returns, values joined by "|", worked out by hand. NULL is NULL; times have no zone. It
	// is nil for a program that an engine cannot run over the fixture, or only in a transaction.
	Want []string
}

// Fixture makes the tables that the programs read, in SQL that the engines under test share.
var Fixture = []string{
	`CREATE SCHEMA app`,
	`CREATE SCHEMA app_kith`,
	`CREATE SCHEMA raw`,
	`CREATE TABLE raw.orders (id bigint, who varchar(9), amount bigint, kind varchar(9), ts timestamp)`,
	`INSERT INTO raw.orders VALUES
		(1, 'ann', 10, 'new', '2024-01-01 10:00:00'),
		(2, 'ann', 30, 'old', '2024-01-02 10:00:00'),
		(3, 'ann', NULL, 'new', '2024-01-03 10:00:00'),
		(4, 'bob', 5, NULL, NULL),
		(5, 'bob', 7, 'old', '2024-01-01 09:00:00'),
		(6, NULL, 100, 'new', '2024-01-05 00:00:00')`,
	`CREATE TABLE raw.blocked (who varchar(9))`,
	`INSERT INTO raw.blocked VALUES ('bob'), (NULL)`,
	`CREATE TABLE raw."Odd ""Name""" ("select" bigint, "Größe" varchar(9), "a b" bigint)`,
	`INSERT INTO raw."Odd ""Name""" VALUES (1, 'x''y', 2)`,
}

func orders() rel.Source { return from(ext("raw", "orders"), "o") }

// col is a column of the orders.
func col(name string) *rel.Col { return rel.C("o", name) }

// byWho groups the orders by person.
func byWho(items ...rel.Item) *rel.Select {
	return &rel.Select{
		From: orders(), Where: []rel.Expr{rel.NotNull(col("who"))}, GroupBy: []rel.Expr{col("who")},
		Items:   append([]rel.Item{{Expr: col("who")}}, items...),
		OrderBy: []rel.Order{asc(col("who"))},
	}
}

// perRow gives a line for each order.
func perRow(items ...rel.Item) *rel.Select {
	return &rel.Select{From: orders(), Items: append([]rel.Item{{Expr: col("id")}}, items...), OrderBy: []rel.Order{asc(col("id"))}}
}

// Cases are the programs of the matrix.
func (t Texts) Cases() []Case {
	var out []Case
	out = append(out, t.userCases()...)
	out = append(out, t.windowCases()...)
	out = append(out, exprCases()...)
	out = append(out, t.relationCases()...)
	out = append(out, t.statementCases()...)
	return out
}

func (t Texts) userCases() []Case {
	kept := &rel.Op{Op: "=", Args: []rel.Expr{col("kind"), rel.S("new")}}
	return []Case{
		{
			Name: "user_filter_on_each_aggregate",
			Read: byWho(as("a", t.Filtered("o", "sum(amount) * 10 / count(amount)", kept)),
				as("b", t.Filtered("o", "count(*) filter (where amount > 5 or amount is null)", kept)),
				as("c", t.Filtered("o", "coalesce(max(amount), -1)", kept))),
			Want: []string{"ann|100|2|10", "bob|NULL|0|-1"},
		},
		{
			Name: "user_filter_leaves_subqueries",
			Read: byWho(as("a", t.Filtered("o", "sum(amount) + (select max(id) from raw.orders)", kept))),
			Want: []string{"ann|16", "bob|NULL"},
		},
		{
			Name: "user_filter_leaves_windows",
			Read: byWho(as("a", t.Filtered("o", "sum(count(*)) over (order by who)", kept))),
			Want: []string{"ann|2", "bob|2"},
		},
		{
			Name: "user_columns_are_qualified",
			Read: &rel.Select{
				From:  orders(),
				Joins: []rel.Join{{Kind: rel.Inner, Source: from(ext("raw", "orders"), "p"), On: []rel.Expr{rel.Eq(rel.C("o", "id"), rel.C("p", "id"))}}},
				Items: []rel.Item{{Expr: col("id")}, as("a", &rel.User{
					Tree: t.Tree(0, `orders.amount + x."amount" + id`), Of: "p", Aliases: map[string]string{"Orders": "o", "x": "p"},
				})},
				OrderBy: []rel.Order{asc(col("id"))}, Limit: 2,
			},
			Want: []string{"1|21", "2|62"},
		},
		{
			Name: "user_holes",
			Read: &rel.Select{
				From: orders(), Limit: 2, OrderBy: []rel.Order{asc(col("id"))},
				Where: []rel.Expr{t.Expr("o", "ts >= '{0}' and ts < {1} -- at the {0}", &rel.TextTime{Time: utc("2024-01-01 12:00:00"), Layout: "2006-01-02"}, &rel.Lit{Value: utc("2024-01-03 00:00:00")})},
				Items: []rel.Item{{Expr: col("id")},
					as("a", t.Expr("o", "5 -{0} * 2", rel.I(-1))),
					as("b", t.Expr("o", "{0} * 2", &rel.Op{Op: "+", Args: []rel.Expr{col("amount"), rel.I(1)}})),
					as("c", t.Expr("o", "'{0}{1}'", raw("it's "), rel.S("that's"))),
					as("d", t.Expr("o", "{0}", raw("40 + 2"))),
				},
			},
			Want: []string{"1|7|22|it's that's|42", "2|7|62|it's that's|42"},
		},
		{
			Name: "user_comment_at_the_end",
			Read: &rel.Select{
				From:    orders(),
				Where:   []rel.Expr{t.Expr("o", "who = 'ann' -- only 'her"), t.Expr("o", "(amount > 5 -- big\n)")},
				Items:   []rel.Item{{Expr: col("id")}, as("a", t.Expr("o", "amount + /* one ' more */ 1 -- plus"))},
				OrderBy: []rel.Order{asc(col("id"))},
			},
			Want: []string{"1|11", "2|31"},
		},
		{
			Name: "user_or_in_where",
			Read: &rel.Select{
				From: orders(), Where: []rel.Expr{t.Expr("o", "kind = 'old' or kind is null"), rel.Eq(col("who"), rel.S("bob"))},
				Items: []rel.Item{{Expr: col("id")}}, OrderBy: []rel.Order{asc(col("id"))},
			},
			Want: []string{"4", "5"},
		},
		{
			Name: "user_ordered_aggregate",
			Read: byWho(as("a", t.Expr("o", "string_agg(kind, ',' order by ts desc)")),
				as("b", t.Filtered("o", "string_agg(distinct kind, ',' order by kind)", rel.NotNull(col("ts")))),
				as("c", t.Expr("o", "percentile_cont(0.5) within group (order by amount desc)"))),
			Want: []string{"ann|new,old,new|new,old|20", "bob|old|old|6"},
		},
	}
}

func (t Texts) windowCases() []Case {
	over := func(text string, w rel.UserWindow) *rel.User {
		u := t.Expr("o", text)
		u.Over = &w
		return u
	}
	who := []rel.Expr{col("who")}
	latest := []rel.Order{{Expr: t.Expr("o", "ts"), Desc: true, NullsLast: true}}
	return []Case{
		{
			Name: "user_window_beside_the_call",
			Read: perRow(as("a", over("last_value(id)", rel.UserWindow{PartitionBy: who, OrderBy: latest})),
				as("b", over("coalesce(sum(amount), 0) + 1", rel.UserWindow{PartitionBy: who, OrderBy: latest,
					Frame: source.Literal("rows between unbounded preceding and current row", source.Span{})})),
				as("c", over("row_number()", rel.UserWindow{PartitionBy: who, OrderBy: latest}))),
			// Latest first: ann 3, 2, 1; bob 5, then 4 without a time; nobody 6.
			Want: []string{"1|1|41|3", "2|1|31|2", "3|1|1|1", "4|4|13|2", "5|4|8|1", "6|6|101|1"},
		},
		{
			// The filter keeps rows out of the aggregate, not out of the window.
			Name: "user_window_and_filter",
			Read: perRow(as("a", func() rel.Expr {
				u := over("coalesce(sum(amount), 0) + count(*) filter (where id < 3)", rel.UserWindow{PartitionBy: who})
				u.Filter = rel.Eq(col("kind"), rel.S("new"))
				return u
			}())),
			Want: []string{"1|11", "2|11", "3|11", "4|0", "5|0", "6|100"},
		},
		{
			Name: "user_window_in_the_text",
			Read: perRow(as("a", t.Expr("o", "last_value(id) over (partition by who order by ts)")),
				as("b", t.Expr("o", "first_value(id) over (partition by who order by ts desc)")),
				as("c", t.Expr("o", "last_value(id) over (partition by who order by ts rows between unbounded preceding and current row)")),
				as("d", t.Expr("o", "nth_value(id, 2) over (partition by who order by ts desc nulls first)"))),
			// In order of time: ann 1, 2, 3; bob 5, then 4 without a time; nobody 6.
			Want: []string{"1|3|3|1|2", "2|3|3|2|2", "3|3|3|3|2", "4|4|5|4|5", "5|4|5|5|5", "6|6|6|6|NULL"},
		},
		{
			Name: "user_window_ignores_nulls",
			Read: perRow(as("a", t.Expr("o", "first_value(amount) ignore nulls over (partition by who order by ts desc)"))),
			Want: []string{"1|30", "2|30", "3|30", "4|7", "5|7", "6|100"},
		},
		{
			Name: "window_functions",
			Read: perRow(
				as("a", &rel.Win{Fn: rel.RowNumber, Over: rel.Window{PartitionBy: who, OrderBy: []rel.Order{{Expr: col("ts"), Desc: true, NullsLast: false}}}}),
				as("b", &rel.Win{Fn: rel.WinMin, Args: []rel.Expr{col("amount")}, Over: rel.Window{PartitionBy: who, OrderBy: []rel.Order{asc(col("ts"))}, Frame: rel.Full}}),
				as("c", &rel.Win{Fn: rel.WinCount, Over: rel.Window{PartitionBy: who}})),
			Want: []string{"1|3|10|3", "2|2|10|3", "3|1|10|3", "4|1|5|2", "5|2|5|2", "6|1|100|1"},
		},
	}
}
