// Package oracle works out, in plain Go and without any engine, what the example project must give for the example data:
// clusters, main ids, a few features and the sizes of cohorts. It knows the documented meaning of the language and the
// project's rules by heart and reads no YAML, so that agreement with a run of the project is evidence.
//
// It is slow and simple on purpose: one pass per feature, maps, sorted slices.
package oracle

import (
	"regexp"
	"strings"

	"kith/examples/shop/generate/world"
)

// row is one row of a table.
type row struct {
	table *world.Table
	index int
}

// value returns a cell; a column that the table lacks is null everywhere.
func (r row) value(column string) any {
	for i, c := range r.table.Columns {
		if c.Name == column {
			return r.table.Rows[r.index][i]
		}
	}
	return nil
}

// str returns a text cell; ok is false for null.
func (r row) str(column string) (s string, ok bool) {
	s, ok = r.value(column).(string)
	return s, ok
}

func (r row) time(column string) (t world.Time, ok bool) {
	t, ok = r.value(column).(world.Time)
	return t, ok
}

// idExpr is one item of an input's ids.
type idExpr struct {
	entity, typ, column string
	clean               func(string) string
}

// input is the oracle's memory of models/inputs.yaml: the table, its time column, the input's where and its ids in order.
type input struct {
	table, time string
	where       func(row) bool
	ids         []idExpr
}

const (
	user    = "user"
	account = "account"
)

var (
	same    = func(s string) string { return s }
	trim    = func(s string) string { return strings.Trim(s, " ") }
	address = func(s string) string { return strings.ToLower(trim(s)) }
	domain  = func(s string) string {
		_, d, _ := strings.Cut(address(s), "@")
		return d
	}
	notPhone  = regexp.MustCompile(`[^0-9+]`)
	telephone = func(s string) string {
		s = notPhone.ReplaceAllString(s, "")
		if strings.HasPrefix(s, "00") {
			s = "+" + s[2:]
		}
		return s
	}
	notVAT = regexp.MustCompile(`[^A-Za-z0-9]`)
	vat    = func(s string) string { return strings.ToUpper(notVAT.ReplaceAllString(s, "")) }
)

func userIDs() []idExpr {
	return []idExpr{{user, "user_id", "user_id", trim}, {user, "anonymous_id", "anonymous_id", same}}
}

var inputs = map[string]input{
	"identifies": {table: "identifies", time: "timestamp", ids: []idExpr{
		{user, "user_id", "user_id", trim}, {user, "email", "email", address}, {user, "phone", "phone", telephone}, {user, "anonymous_id", "anonymous_id", same}}},
	"pages": {table: "pages", time: "timestamp", ids: userIDs(), where: func(r row) bool {
		agent, _ := r.str("context_user_agent")
		return !strings.Contains(strings.ToLower(agent), "bot/")
	}},
	"tracks":        {table: "tracks", time: "timestamp", ids: userIDs()},
	"product_added": {table: "product_added", time: "timestamp", ids: userIDs()},
	"order_completed": {table: "order_completed", time: "timestamp", ids: []idExpr{
		{user, "user_id", "user_id", trim}, {user, "email", "email", address}, {user, "anonymous_id", "anonymous_id", same}, {account, "account_id", "account_id", same}}},
	"charges": {table: "charges", time: "created", ids: []idExpr{
		{user, "stripe_customer_id", "customer", same}, {user, "email", "receipt_email", address}}, where: func(r row) bool {
		return r.value("livemode") == true
	}},
	"crm_contacts": {table: "crm_contacts", time: "created_at", ids: []idExpr{
		{user, "crm_contact_id", "contact_id", same}, {user, "email", "email", address}, {user, "email", "second_email", address}, {user, "phone", "phone", telephone},
		{account, "account_id", "account_id", same}, {account, "domain", "email", domain}}},
	"crm_accounts": {table: "crm_accounts", time: "created_at", ids: []idExpr{
		{account, "account_id", "account_id", same}, {account, "domain", "domain", address}, {account, "domain", "second_domain", address}, {account, "vat_number", "vat_number", vat}}},
	"support_tickets": {table: "support_tickets", time: "created_at", ids: []idExpr{{user, "email", "requester_email", address}}, where: func(r row) bool {
		return r.value("is_spam") == false
	}},
}

// edgeSources are the inputs that each entity's stitcher reads.
var edgeSources = map[string][]string{
	user:    {"identifies", "pages", "tracks", "order_completed", "charges", "crm_contacts"},
	account: {"crm_accounts", "crm_contacts", "order_completed"},
}

// whole compiles a pattern that must match the whole value.
func whole(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }

var (
	emailShape    = whole(`[^@ ]+@[^@ ]+\.[a-z]+`)
	testMailbox   = whole(`(qa|test)([+.][^@]*)?@.*`)
	phoneShape    = whole(`\+[0-9]{8,15}`)
	contactShape  = whole(`C-[0-9]+`)
	customerShape = whole(`cus_[0-9a-f]+`)
	vatShape      = whole(`[A-Z]{2}[0-9]{9}`)
)

var placeholder = map[string]bool{"unknown": true, "null": true, "0": true, "n/a": true, "none": true}

// keep applies the id type's filters to a value.
func (s *Solution) keep(typ, value string) bool {
	switch typ {
	case "user_id", "account_id":
		return !placeholder[value]
	case "anonymous_id":
		return !placeholder[value] && !s.kiosks[value]
	case "email":
		return emailShape.MatchString(value) && !testMailbox.MatchString(value) && !s.blocked[value]
	case "phone":
		return phoneShape.MatchString(value) && value != "+4700000000"
	case "crm_contact_id":
		return !placeholder[value] && contactShape.MatchString(value)
	case "stripe_customer_id":
		return customerShape.MatchString(value)
	case "domain":
		return !s.freeMail[value] && value != "fernwick.example"
	case "vat_number":
		return vatShape.MatchString(value)
	}
	panic("oracle: unknown id type " + typ)
}
