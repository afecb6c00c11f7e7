package world

// commonColumns are what every table of tracked calls begins with, as the tracking library's warehouse schema has them.
var commonColumns = []Column{
	{"id", "VARCHAR"}, {"anonymous_id", "VARCHAR"}, {"user_id", "VARCHAR"}, {"channel", "VARCHAR"},
	{"context_ip", "VARCHAR"}, {"context_locale", "VARCHAR"}, {"context_user_agent", "VARCHAR"},
	{"context_campaign_source", "VARCHAR"}, {"context_campaign_medium", "VARCHAR"}, {"context_campaign_name", "VARCHAR"},
	{"original_timestamp", "TIMESTAMP"}, {"sent_at", "TIMESTAMP"}, {"received_at", "TIMESTAMP"},
	{"timestamp", "TIMESTAMP"}, {"uuid_ts", "TIMESTAMP"},
}

func callTable(name string, own ...Column) *Table {
	return &Table{Name: name, Columns: append(append([]Column{}, commonColumns...), own...)}
}

func (w *World) openTables() {
	text := func(names ...string) []Column {
		var out []Column
		for _, n := range names {
			out = append(out, Column{n, "VARCHAR"})
		}
		return out
	}
	w.identifies = callTable("identifies", append(text("email", "phone", "first_name", "last_name", "country", "language"), Column{"marketing_opt_in", "BOOLEAN"})...)
	w.pages = callTable("pages", text("name", "path", "url", "referrer")...)
	w.tracks = callTable("tracks", text("event", "event_text")...)
	w.carts = callTable("product_added", append(text("event", "event_text", "cart_id", "product_id", "name", "category", "currency"),
		Column{"price", "DOUBLE"}, Column{"quantity", "BIGINT"})...)
	w.orders = callTable("order_completed", append(text("event", "event_text", "order_id", "cart_id", "email", "account_id", "coupon", "currency"),
		Column{"total", "DOUBLE"}, Column{"quantity", "BIGINT"})...)
	w.charges = &Table{Name: "charges", Columns: append(text("id", "customer", "receipt_email", "order_id", "currency", "status", "payment_method"),
		Column{"amount", "BIGINT"}, Column{"amount_refunded", "BIGINT"}, Column{"refunded", "BOOLEAN"}, Column{"livemode", "BOOLEAN"}, Column{"created", "TIMESTAMP"})}
	w.contacts = &Table{Name: "crm_contacts", Columns: append(text("contact_id", "first_name", "last_name", "email", "second_email", "phone",
		"lifecycle_stage", "lead_source", "account_id", "job_title"), Column{"created_at", "TIMESTAMP"}, Column{"updated_at", "TIMESTAMP"})}
	w.accounts = &Table{Name: "crm_accounts", Columns: append(text("account_id", "name", "domain", "second_domain", "vat_number", "country", "tier"),
		Column{"employees", "BIGINT"}, Column{"renewal_at", "TIMESTAMP"}, Column{"created_at", "TIMESTAMP"}, Column{"updated_at", "TIMESTAMP"})}
	w.tickets = &Table{Name: "support_tickets", Columns: append(text("ticket_id", "requester_email", "subject", "status"),
		Column{"score", "BIGINT"}, Column{"is_spam", "BOOLEAN"}, Column{"created_at", "TIMESTAMP"})}
}

func exchangeRates() *Table {
	t := &Table{Name: "exchange_rates", Columns: []Column{{"currency", "VARCHAR"}, {"rate_to_eur", "DOUBLE"}}}
	for _, r := range rates {
		t.Rows = append(t.Rows, []any{r.currency, float64(r.cents) / 100})
	}
	return t
}

func freeMail() *Table {
	t := &Table{Name: "free_mail_domains", Columns: []Column{{"domain", "VARCHAR"}}}
	for _, d := range freeMailDomains {
		t.Rows = append(t.Rows, []any{d})
	}
	return t
}

// blockedAddresses are mailboxes of the shop that stand where a customer's address should.
func blockedAddresses() *Table {
	t := &Table{Name: "blocked_addresses", Columns: []Column{{"address", "VARCHAR"}, {"reason", "VARCHAR"}, {"since", "TIMESTAMP"}}}
	for _, b := range [][2]string{{"noreply@fernwick.example", "sender of our own mail"}, {"info@fernwick.example", "typed in when the customer gave none"},
		{"orders@fernwick.example", ""}} {
		reason := any(b[1])
		if b[1] == "" {
			reason = nil
		}
		t.Rows = append(t.Rows, []any{b[0], reason, Clock("2025-07-01 00:00:00")})
	}
	return t
}

// call is what a tracked call carries besides its own columns.
type call struct {
	at       Time
	device   *device
	userID   string
	locale   string
	campaign *[3]string
}

// common writes the columns that all calls have. The network delays each call a little; the warehouse loads every half
// hour. timestamp is the time of the event by the server's clock: received - (sent - original).
func common(r *Rand, c call) []any {
	sent := c.at + Time(r.Between(40, 900))
	received := sent + Time(r.Between(20, 300))
	row := []any{r.Hex(12), c.device.id, orNull(c.userID), "web", c.device.ip, c.locale, c.device.agent, nil, nil, nil,
		c.at, sent, received, received - (sent - c.at), loaded(r, received)}
	if c.campaign != nil {
		row[7], row[8], row[9] = c.campaign[0], c.campaign[1], orNull(c.campaign[2])
	}
	return row
}

// loaded is when a call received at a time reached the warehouse.
func loaded(r *Rand, received Time) Time {
	return (received/(30*Minute)+1)*30*Minute + Time(r.Below(90))*Second
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (t *Table) add(common []any, own ...any) {
	row := append(append(make([]any, 0, len(t.Columns)), common...), own...)
	if len(row) != len(t.Columns) {
		panic("world: a row of " + t.Name + " has another number of cells than columns")
	}
	t.Rows = append(t.Rows, row)
}
