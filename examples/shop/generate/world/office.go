package world

import (
	"fmt"
	"strings"
)

func lower(s string) string { return strings.ToLower(s) }

// noisyEmail is an address as people type it.
func noisyEmail(r *Rand, e string) string {
	switch r.Weighted([]int{80, 6, 6, 4, 4}) {
	case 1:
		return strings.ToUpper(e)
	case 2:
		return strings.ToUpper(e[:1]) + e[1:]
	case 3:
		return " " + e
	case 4:
		return e + "  "
	}
	return e
}

// noisyPhone is a telephone number as people type it. prefix is the country's, with its plus sign.
func noisyPhone(r *Rand, prefix, phone string) string {
	rest := strings.TrimPrefix(phone, prefix)
	switch r.Weighted([]int{40, 25, 20, 15}) {
	case 1:
		return prefix + " " + rest[:3] + " " + rest[3:5] + " " + rest[5:]
	case 2:
		return "00" + strings.TrimPrefix(prefix, "+") + " " + rest
	case 3:
		return "(" + prefix + ") " + rest[:4] + "-" + rest[4:]
	}
	return phone
}

// salesforce writes the CRM: contacts with gaps, duplicates and stand-ins, and accounts.
func (w *World) salesforce(r *Rand) {
	for _, p := range w.persons {
		for i, id := range p.contacts {
			w.contact(r, p, id, i)
		}
	}
	for _, c := range w.firms {
		for j, id := range c.accounts {
			w.account(r, c, id, j)
		}
	}
}

func (w *World) contact(r *Rand, p *person, id string, nth int) {
	email, second, phone := any(noisyEmail(r, p.emails[0])), any(nil), any(nil)
	if len(p.emails) > 1 && r.Permille(600) {
		second = noisyEmail(r, p.emails[1])
	}
	if r.Permille(720) || nth > 0 {
		phone = noisyPhone(r, p.home.prefix, p.phone)
	}
	switch {
	case p.landline != "":
		phone = noisyPhone(r, p.home.prefix, p.landline)
	case nth > 0 && r.Permille(500):
		email = nil
	case nth > 0 && r.Permille(250):
		email, phone = nil, nil // nothing links the duplicate
	case p.kind == lead && r.Permille(70):
		email = Pick(r, []string{"noreply@fernwick.example", "INFO@fernwick.example", "none", "n/a"})
	case r.Permille(40) && phone == nil:
		phone = Pick(r, []string{"0", "+47 00 00 00 00", "unknown"})
	}
	stage, source := "customer", Pick(r, []string{"web", "fair", "referral", "partner"})
	if p.kind == lead {
		stage = Pick(r, []string{"lead", "lead", "opportunity", "lost"})
	}
	var leadSource any = source
	if r.Permille(300) {
		leadSource = nil
	}
	var account, job any
	if p.company != nil {
		account, job = Pick(r, p.company.accounts), Pick(r, jobTitles)
		if p.company.forgotten {
			account = p.company.accounts[0]
		}
	}
	if p.company == nil && r.Permille(15) {
		account = Pick(r, []string{"unknown", "0", "null"})
	}
	created := p.signup + Time(r.Between(0, 40))*Day
	updated := created + Time(r.Between(0, int64(90*Day/Second)))*Second
	if created >= last {
		created = last - 5*Day
	}
	row := []any{id, p.first, p.last, email, second, phone, stage, leadSource, account, job, created, updated}
	if r.Permille(25) {
		row[10] = nil // moved from an older system without its date
	}
	w.contacts.Rows = append(w.contacts.Rows, row)
	if r.Permille(15) {
		w.contacts.Rows = append(w.contacts.Rows, append([]any{}, row...)) // exported twice
	}
}

func (w *World) account(r *Rand, c *company, id string, nth int) {
	var domain, second, vat any
	if len(c.domains) > 0 {
		domain = c.domains[0]
		if r.Permille(200) {
			domain = strings.ToUpper(c.domains[0])
		}
	}
	if len(c.domains) > 1 {
		second = c.domains[1]
	}
	vat = c.vat
	if r.Permille(150) && domain != nil {
		vat = c.vat[:2] + " " + c.vat[2:]
	}
	if nth > 0 {
		second, vat = nil, nil
		if c.forgotten {
			domain = nil
		}
	}
	created := First + Time(r.Between(0, int64(300*Day/Hour)))*Hour
	row := []any{id, c.name, domain, second, vat, c.country.code, Pick(r, []string{"basic", "basic", "plus", "premium"}), c.size,
		End + Time(r.Between(-60, 300))*Day, created, created + Time(r.Between(0, 50))*Day}
	if c.size%9 == 4 {
		row[7] = nil
	}
	w.accounts.Rows = append(w.accounts.Rows, row)
}

// support writes tickets of people who have an address, and spam.
func (w *World) support(r *Rand) {
	n := 0
	ticket := func(from string, at Time, spam bool) {
		n++
		var score any
		if r.Permille(550) {
			score = r.Between(1, 5)
		}
		w.tickets.Rows = append(w.tickets.Rows, []any{fmt.Sprintf("TK-%05d", 7000+n), from, Pick(r, ticketSubjects),
			Pick(r, []string{"open", "solved", "solved", "solved"}), score, spam, at})
	}
	for _, p := range w.persons {
		if len(p.emails) == 0 || p.kind == tester || !r.Permille(150) {
			continue
		}
		for range 1 + r.Weighted([]int{70, 20, 10}) {
			at := p.signup + Time(r.Between(0, int64(200*Day/Minute)))*Minute
			if at < last {
				ticket(noisyEmail(r, p.emails[0]), at, false)
			}
		}
	}
	for i := range 25 {
		ticket(fmt.Sprintf("winner%d@prizes.example", i), First+Time(i)*14*Day, true)
	}
}
