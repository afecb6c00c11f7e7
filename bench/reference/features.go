package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"strings"
)

//go:embed fused.sql
var fusedSQL string

// mapping copies the ids that kith found, so that the references start from the same main ids. It is not measured.
const mapping = `
ATTACH ':warehouse' AS kith (READ_ONLY);
CREATE TABLE mapping AS SELECT other_id AS id, other_id_type AS id_type, user_main_id FROM kith.user_graph;
DETACH kith;
`

// fused measures the one statement.
func fused(ctx context.Context, s settings) (any, error) {
	text := fusedSQL
	if s.stable {
		text = stable(text)
	}
	return s.features(ctx, func(db *sql.DB) error { return s.script(ctx, db, text) })
}

// stable makes the order of first and last values total, as kith does: it cannot know that no two events have one time.
func stable(text string) string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		for _, fn := range []string{"arg_min(", "arg_max("} {
			if at := strings.Index(line, fn); at >= 0 {
				arg, rest, _ := strings.Cut(line[at+len(fn):], `, "timestamp")`)
				line = line[:at] + fn + arg + `, ("timestamp", ` + arg + `))` + rest
			}
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// features makes a database with the mapping, does the work and counts its rows.
func (s settings) features(ctx context.Context, work func(*sql.DB) error) (out cost, err error) {
	if err := remove(s.database); err != nil {
		return out, err
	}
	db, err := s.open(ctx, s.database)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := s.script(ctx, db, mapping); err != nil {
		return out, err
	}
	if out, err = measure(func() error { return work(db) }); err != nil {
		return out, err
	}
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM user_var_table").Scan(&out.Rows)
	return out, err
}

// feature is one query of its own.
type feature struct {
	name, value string
	where       string // "" for all rows
	none        string // what stands for no row, "" for NULL
}

const (
	ordered = "event = 'order_completed'"
	since   = `"timestamp" > TIMESTAMP '2026-01-01 00:00:00' - INTERVAL %d DAYS`
)

func first(column string) string { return "arg_min(" + column + `, "timestamp")` }
func last(column string) string  { return "arg_max(" + column + `, "timestamp")` }

// alone are the features that read events, in the order of the var table.
var alone = []feature{
	{"n_events", "count(*)", "", "0"},
	{"n_page_views", "count(*)", "event = 'page_viewed'", "0"},
	{"n_product_views", "count(*)", "event = 'product_viewed'", "0"},
	{"n_added", "count(*)", "event = 'product_added'", "0"},
	{"n_checkouts", "count(*)", "event = 'checkout_started'", "0"},
	{"n_orders", "count(*)", ordered, "0"},
	{"n_searches", "count(*)", "event = 'searched'", "0"},
	{"n_emails_opened", "count(*)", "event = 'email_opened'", "0"},
	{"n_events_7d", "count(*)", fmt.Sprintf(since, 7), "0"},
	{"n_events_30d", "count(*)", fmt.Sprintf(since, 30), "0"},
	{"n_events_90d", "count(*)", fmt.Sprintf(since, 90), "0"},
	{"n_orders_90d", "count(*)", ordered + " AND " + fmt.Sprintf(since, 90), "0"},
	{"n_mobile_events", "count(*)", "os IN ('ios', 'android')", "0"},
	{"n_coupon_orders", "count(*)", ordered + " AND coupon IS NOT NULL", "0"},
	{"n_campaign_events", "count(campaign)", "", "0"},
	{"revenue", "sum(amount)", ordered, "0"},
	{"revenue_30d", "sum(amount)", ordered + " AND " + fmt.Sprintf(since, 30), "0"},
	{"revenue_90d", "sum(amount)", ordered + " AND " + fmt.Sprintf(since, 90), "0"},
	{"revenue_180d", "sum(amount)", ordered + " AND " + fmt.Sprintf(since, 180), "0"},
	{"items_bought", "sum(quantity)", ordered, "0"},
	{"time_on_site", "sum(duration_ms)", "", ""},
	{"time_on_site_30d", "sum(duration_ms)", fmt.Sprintf(since, 30), ""},
	{"largest_order", "max(amount)", "", ""},
	{"smallest_order", "min(amount)", "", ""},
	{"mean_duration", "avg(duration_ms)", "", ""},
	{"longest_view", "max(duration_ms)", "event IN ('page_viewed', 'product_viewed')", ""},
	{"first_seen_at", `min("timestamp")`, "", ""},
	{"last_seen_at", `max("timestamp")`, "", ""},
	{"first_order_at", `min("timestamp")`, ordered, ""},
	{"last_order_at", `max("timestamp")`, ordered, ""},
	{"first_page", first("page"), "", ""},
	{"last_page", last("page"), "", ""},
	{"first_referrer", first("referrer"), "", ""},
	{"last_referrer", last("referrer"), "", ""},
	{"first_campaign", first("campaign"), "", "'direct'"},
	{"last_campaign", last("campaign"), "", "'direct'"},
	{"last_country", last("country"), "country <> 'XX'", ""},
	{"last_os", last("os"), "", ""},
	{"last_browser", last("browser"), "", ""},
	{"last_order_amount", last("amount"), ordered, ""},
	{"last_category", last("category"), "event IN ('product_viewed', 'product_added')", ""},
	{"n_active_days", `count(DISTINCT CAST("timestamp" AS DATE))`, "", "0"},
	{"n_products", "count(DISTINCT page)", "event = 'product_viewed'", "0"},
	{"n_categories", "count(DISTINCT category)", "", "0"},
	{"n_sessions", "count(DISTINCT session_id)", "", "0"},
}

// derived are the features that follow from others.
var derived = []feature{
	{name: "mean_order", value: "revenue / nullif(n_orders, 0)"},
	{name: "conversion", value: "1.0 * n_orders / nullif(n_product_views, 0)"},
	{name: "mobile_share", value: "1.0 * n_mobile_events / nullif(n_events, 0)"},
	{name: "orders_per_active_day", value: "1.0 * n_orders / nullif(n_active_days, 0)"},
	{name: "days_since_last_seen", value: "DATE '2026-01-01' - CAST(last_seen_at AS DATE)"},
	{name: "segment", value: "CASE WHEN revenue_90d >= 200 THEN 'high' WHEN n_orders > 0 THEN 'some' ELSE 'none' END"},
}

// resolved keeps the events with their main id. Without it each of the queries would join the mapping again, and the
// comparison would be too easy for kith.
const resolved = `
CREATE TABLE resolved AS
SELECT coalesce(u.user_main_id, e.user_main_id, a.user_main_id) AS user_main_id, i.*
FROM ':dir/events.parquet' AS i
LEFT JOIN mapping AS u ON u.id_type = 'user_id' AND u.id = i.user_id
LEFT JOIN mapping AS e ON e.id_type = 'email' AND e.id = lower(i.email)
LEFT JOIN mapping AS a ON a.id_type = 'anonymous_id' AND a.id = i.anonymous_id
WHERE "timestamp" <= TIMESTAMP '2026-01-01 00:00:00';
`

// each measures a table a feature, and the statement that joins them.
func each(ctx context.Context, s settings) (any, error) {
	return s.features(ctx, func(db *sql.DB) error { return s.script(ctx, db, eachSQL()) })
}

// eachSQL is the script of each.
func eachSQL() string {
	var sb strings.Builder
	sb.WriteString(resolved)
	var columns, joins []string
	for _, f := range alone {
		where := ""
		if f.where != "" {
			where = " WHERE " + f.where
		}
		fmt.Fprintf(&sb, "CREATE TABLE feature_%s AS SELECT user_main_id, %s AS %s FROM resolved%s GROUP BY user_main_id;\n", f.name, f.value, f.name, where)
		column := f.name
		if f.none != "" {
			column = fmt.Sprintf("coalesce(%s, %s) AS %s", f.name, f.none, f.name)
		}
		columns = append(columns, column)
		joins = append(joins, fmt.Sprintf("LEFT JOIN feature_%s USING (user_main_id)", f.name))
	}
	fmt.Fprintf(&sb, "CREATE TABLE joined AS SELECT user_main_id, %s FROM (SELECT DISTINCT user_main_id FROM mapping) %s;\n",
		strings.Join(columns, ", "), strings.Join(joins, " "))
	var more []string
	for _, f := range derived {
		more = append(more, f.value+" AS "+f.name)
	}
	fmt.Fprintf(&sb, "CREATE TABLE user_var_table AS SELECT *, %s FROM joined;\n", strings.Join(more, ", "))
	return sb.String()
}
