package world

import (
	"strings"
	"testing"
)

// TestBlemishes counts what the data must have of everything that makes real data hard.
func TestBlemishes(t *testing.T) {
	w := New(Seed)
	tables := map[string]*Table{}
	total := 0
	for _, tb := range w.Tables() {
		tables[tb.Name] = tb
		total += len(tb.Rows)
	}
	if total < 45000 || total > 56000 {
		t.Errorf("%d rows in all", total)
	}
	text := func(tb *Table, row int, column string) string {
		s, _ := tb.Cell(row, column).(string)
		return s
	}
	null := func(column string) func(*Table, int) bool {
		return func(tb *Table, row int) bool { return tb.Cell(row, column) == nil }
	}
	for _, c := range []struct {
		what, table string
		least       int
		is          func(tb *Table, row int) bool
	}{
		{"rows without a time", "pages", 50, null("timestamp")},
		{"logins without a time", "identifies", 3, null("timestamp")},
		{"contacts without a time", "crm_contacts", 10, null("created_at")},
		{"rows after the end", "pages", 100, func(tb *Table, r int) bool { at, ok := tb.Cell(r, "timestamp").(Time); return ok && at > End }},
		{"orders after the end", "order_completed", 5, func(tb *Table, r int) bool { at, ok := tb.Cell(r, "timestamp").(Time); return ok && at > End }},
		{"rows loaded after the end that belong before it", "pages", 5, func(tb *Table, r int) bool {
			at, ok := tb.Cell(r, "timestamp").(Time)
			return ok && at <= End-Day && tb.Cell(r, "uuid_ts").(Time) > End
		}},
		{"rows that arrived a day late or more", "pages", 100, func(tb *Table, r int) bool {
			at, ok := tb.Cell(r, "timestamp").(Time)
			return ok && tb.Cell(r, "uuid_ts").(Time)-at > Day
		}},
		{"placeholder user ids", "pages", 100, func(tb *Table, r int) bool {
			return strings.Contains("|unknown|null|0|", "|"+text(tb, r, "user_id")+"|")
		}},
		{"empty user ids", "pages", 50, func(tb *Table, r int) bool { return tb.Cell(r, "user_id") == "" }},
		{"user ids with a space", "pages", 10, func(tb *Table, r int) bool { return strings.HasPrefix(text(tb, r, "user_id"), " ") }},
		{"placeholder devices", "tracks", 10, func(tb *Table, r int) bool { return text(tb, r, "anonymous_id") == "unknown" }},
		{"robots", "pages", 50, func(tb *Table, r int) bool { return strings.Contains(text(tb, r, "context_user_agent"), "Bot/") }},
		{"addresses in other cases", "identifies", 200, func(tb *Table, r int) bool { e := text(tb, r, "email"); return e != strings.ToLower(e) }},
		{"addresses with spaces", "identifies", 100, func(tb *Table, r int) bool { e := text(tb, r, "email"); return e != strings.TrimSpace(e) }},
		{"empty addresses", "identifies", 50, func(tb *Table, r int) bool { return tb.Cell(r, "email") == "" }},
		{"logins of the test team", "identifies", 8, func(tb *Table, r int) bool {
			e := address(text(tb, r, "email"))
			return strings.HasPrefix(e, "qa@") || strings.HasPrefix(e, "test@") || strings.HasPrefix(e, "qa+")
		}},
		{"stand-in addresses", "crm_contacts", 5, func(tb *Table, r int) bool {
			return strings.Contains(address(text(tb, r, "email")), "@fernwick.example")
		}},
		{"telephones in national style", "identifies", 50, func(tb *Table, r int) bool { return strings.HasPrefix(text(tb, r, "phone"), "00") }},
		{"refunds", "charges", 60, func(tb *Table, r int) bool { return tb.Cell(r, "amount_refunded").(int64) > 0 }},
		{"failed charges", "charges", 50, func(tb *Table, r int) bool { return text(tb, r, "status") == "failed" }},
		{"charges without a customer", "charges", 3, null("customer")},
		{"charges of test mode", "charges", 1, func(tb *Table, r int) bool { return tb.Cell(r, "livemode") == false }},
		{"foreign currency", "charges", 500, func(tb *Table, r int) bool { return text(tb, r, "currency") != "eur" }},
		{"orders of companies", "order_completed", 100, func(tb *Table, r int) bool { return tb.Cell(r, "account_id") != nil }},
		{"spam", "support_tickets", 20, func(tb *Table, r int) bool { return tb.Cell(r, "is_spam") == true }},
	} {
		n := 0
		for i := range tables[c.table].Rows {
			if c.is(tables[c.table], i) {
				n++
			}
		}
		if n < c.least {
			t.Errorf("%s in %s: %d, want at least %d", c.what, c.table, n, c.least)
		}
	}
	for _, name := range []string{"pages", "tracks", "identifies"} {
		seen, again := map[string]bool{}, 0
		for i := range tables[name].Rows {
			id := text(tables[name], i, "id")
			if seen[id] {
				again++
			}
			seen[id] = true
		}
		if again < len(seen)/300 {
			t.Errorf("%s has %d rows delivered again", name, again)
		}
	}
}

func address(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// TestTruth makes sure that ids which name nobody are nobody's, and that no event is in the wrong order of loading.
func TestTruth(t *testing.T) {
	w := New(Seed)
	for _, id := range []Identity{{"anonymous_id", w.kiosks[0].id}, {"email", "qa@fernwick.example"}, {"phone", "+4700000000"}, {"user_id", "unknown"}, {"user_id", ""}} {
		if key, ok := w.Person(id); ok {
			t.Errorf("%v is %s", id, key)
		}
	}
	a, b := w.tablets[0][0], w.tablets[0][1]
	if key, _ := w.Person(Identity{"anonymous_id", a.tablet.id}); key != a.key || a.tablet != b.tablet {
		t.Errorf("the tablet of %s and %s is %s's", a.key, b.key, key)
	}
	for _, tb := range []*Table{w.pages, w.tracks, w.identifies, w.orders, w.carts} {
		for i := 1; i < len(tb.Rows); i++ {
			if tb.Cell(i, "uuid_ts").(Time) < tb.Cell(i-1, "uuid_ts").(Time) {
				t.Errorf("row %d of %s was loaded before the row above it", i, tb.Name)
				break
			}
		}
	}
}

// TestRand pins the numbers: the first three of the published splitmix64 from state 0.
func TestRand(t *testing.T) {
	r := &Rand{}
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := r.Uint64(); got != want {
			t.Errorf("number %d is %#x, want %#x", i, got, want)
		}
	}
	if Stream(1, "a").Uint64() == Stream(1, "b").Uint64() {
		t.Error("two streams begin alike")
	}
}
