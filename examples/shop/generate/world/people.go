package world

import (
	"fmt"
	"strings"
)

// kind is how a person deals with the shop.
type kind int

const (
	registered kind = iota // has an account on the web site
	visitor                // browses and never says who it is
	lead                   // known to sales only
	guest                  // buys without registering
	tester                 // an account of the shop's own test team
)

// device is a browser: one anonymous id.
type device struct {
	id, agent, ip string
	// silent: nobody ever logs in on it, so nothing links it to its owner.
	silent bool
}

// person is one human being and every identifier that is really theirs.
type person struct {
	key         string
	kind        kind
	first, last string
	home        country
	emails      []string // the first is the one they register with
	unlinked    string   // an email used only for payments, on a customer of its own
	phone       string
	landline    string // shared with a partner
	userIDs     []string
	devices     []*device
	contacts    []string // ids in the CRM
	customers   []string // ids at the payment provider: one for each email in the order of emails, then one for unlinked
	company     *company
	signup      Time
	until       Time // the last day they may come back
	visits      int
	tablet      *device // the household's
	language    string
	bought      bool // ordered something before the end
}

// company is a business customer and every identifier that is really its own.
type company struct {
	key      string
	name     string
	accounts []string // ids in the CRM; more than one is a duplicate entry
	domains  []string
	vat      string
	country  country
	size     int64
	freemail bool // its people use free mail addresses
	// forgotten: its second entry in the CRM carries nothing that would give the duplicate away.
	forgotten bool
}

// The span of the data, and the end time the example is run with. The rows between End and last must not be seen.
var (
	First = Clock("2025-07-01 00:00:00")
	End   = Clock("2026-06-30 00:00:00")
	last  = Clock("2026-07-10 20:00:00")
)

// How many of each there are.
const (
	registeredPeople = 1800
	visitors         = 1050
	leads            = 260
	guests           = 130
	testers          = 8
	companies        = 110
	tablets          = 21
	couples          = 8
	kiosks           = 3
	staff            = 9
)

// people fills the world with companies, persons, households and devices.
func (w *World) people(seed uint64) {
	w.companies(Stream(seed, "companies"))
	r := Stream(seed, "people")
	for i := range registeredPeople {
		w.addPerson(r, registered, i)
	}
	for i := range visitors {
		w.addPerson(r, visitor, i)
	}
	for i := range leads {
		w.addPerson(r, lead, i)
	}
	for i := range guests {
		w.addPerson(r, guest, i)
	}
	for i := range testers {
		w.addPerson(r, tester, i)
	}
	w.households(Stream(seed, "households"))
	k := Stream(seed, "kiosks")
	for range kiosks {
		w.kiosks = append(w.kiosks, &device{id: k.UUID(), agent: kioskAgent, ip: w.ip(k)})
	}
}

func (w *World) companies(r *Rand) {
	slug := strings.NewReplacer("ø", "o", "å", "a")
	for i := range companies {
		word := companyWords[i%len(companyWords)]
		name := word + " " + companyKinds[i/len(companyWords)]
		c := &company{
			key:      fmt.Sprintf("A%04d", i+1),
			name:     name,
			accounts: []string{fmt.Sprintf("ACC-%05d", 20000+i*7)},
			country:  countries[r.Weighted(countryWeights)],
			size:     r.Between(2, 140),
			freemail: i%16 == 9,
		}
		c.vat = c.country.code + r.Digits(9)
		domain := strings.ToLower(slug.Replace(strings.ReplaceAll(name, " ", "-")))
		if !c.freemail {
			c.domains = append(c.domains, domain+".example")
		}
		switch {
		case i%11 == 4 && !c.freemail: // a second brand
			c.domains = append(c.domains, strings.ToLower(slug.Replace(word))+"-shop"+fmt.Sprint(i)+".example")
		case i%13 == 6 || i%37 == 8: // entered twice
			c.forgotten = i%37 == 8
			c.accounts = append(c.accounts, fmt.Sprintf("ACC-%05d", 20003+i*7))
		}
		w.firms = append(w.firms, c)
	}
	// Two clubs whose people write from one umbrella organisation's domain: the graph will take them for one account.
	w.firms[100].domains[0] = w.firms[31].domains[0]
}

func (w *World) addPerson(r *Rand, k kind, i int) {
	p := &person{
		key:   fmt.Sprintf("%c%05d", "PVLGT"[k], i+1),
		kind:  k,
		first: Pick(r, firstNames),
		last:  Pick(r, lastNames),
		home:  countries[r.Weighted(countryWeights)],
	}
	p.language = p.home.locale[:2]
	p.signup = First + Time(r.Between(0, int64(350*Day/Minute)))*Minute
	p.until = min(last, p.signup+Time(r.Between(5, 420))*Day)
	p.visits = []int{1, 2, 3, 5, 8, 13}[r.Weighted([]int{22, 22, 20, 20, 11, 5})]
	w.persons = append(w.persons, p)
	switch k {
	case visitor:
		p.visits = 1 + r.Weighted([]int{70, 20, 10})
		p.devices = w.devices(r, 1)
		if r.Permille(45) {
			p.devices = w.devices(r, 2)
			p.visits += 2
		}
		return
	case tester:
		w.outfitTester(p, r, i)
		return
	}
	number := len(w.persons)
	p.emails = []string{email(p, number, Pick(r, freeMailDomains))}
	p.phone = p.home.prefix + r.Digits(8)
	if k == lead {
		p.contacts = []string{w.contactID()}
		if r.Permille(80) {
			p.contacts = append(p.contacts, w.contactID())
		}
		if i%2 == 0 {
			p.company = w.firms[r.Below(len(w.firms))]
			p.workEmail(number)
		}
		return
	}
	if k == guest {
		p.devices = w.devices(r, 1)
		p.visits = 1 + r.Below(2)
		p.customers = []string{"cus_" + r.Hex(14)}
		return
	}
	w.outfitRegistered(p, r, i, number)
}

func (w *World) outfitRegistered(p *person, r *Rand, i, number int) {
	p.userIDs = []string{fmt.Sprintf("U%06d", 100000+i*3)}
	switch {
	case i < staff:
		p.emails[0] = strings.ToLower(p.first) + fmt.Sprint(i) + "@fernwick.example"
	case i%7 == 3:
		p.company = w.firms[(i/7)%len(w.firms)]
		p.workEmail(number)
	}
	if r.Permille(170) {
		p.emails = append(p.emails, strings.ToLower(p.last)+fmt.Sprint(number)+"@"+Pick(r, freeMailDomains))
	}
	if r.Permille(28) {
		p.unlinked = "pay." + strings.ToLower(p.first) + fmt.Sprint(number) + "@" + Pick(r, freeMailDomains)
	}
	if r.Permille(30) { // registered again years later, with the same address
		p.userIDs = append(p.userIDs, fmt.Sprintf("U%06d", 100001+i*3))
	}
	p.devices = w.devices(r, 1+r.Weighted([]int{52, 34, 11, 3}))
	if n := len(p.devices); n > 1 {
		p.devices[n-1].silent = r.Permille(85)
	}
	for range p.emails {
		p.customers = append(p.customers, "cus_"+r.Hex(14))
	}
	if p.unlinked != "" {
		p.customers = append(p.customers, "cus_"+r.Hex(14))
	}
	if p.company != nil || r.Permille(380) {
		p.contacts = []string{w.contactID()}
		if r.Permille(40) {
			p.contacts = append(p.contacts, w.contactID())
		}
	}
}

// outfitTester makes an account of the test team. They all use the same few addresses, which would glue them together.
func (w *World) outfitTester(p *person, r *Rand, i int) {
	p.userIDs = []string{fmt.Sprintf("U9%05d", i)}
	p.emails = []string{[]string{"qa@fernwick.example", "test@fernwick.example", "qa+checkout@fernwick.example", "test@mailbox.example"}[i%4]}
	p.phone = "+4700000000"
	p.devices = w.devices(r, 1)
	p.visits = 4
	p.customers = []string{"cus_" + r.Hex(14)}
}

// households gives some pairs of people a tablet they both log in on, and some couples one landline.
func (w *World) households(r *Rand) {
	next := 40
	pair := func() (a, b *person) {
		for w.persons[next].company != nil || w.persons[next+1].company != nil {
			next++
		}
		a, b = w.persons[next], w.persons[next+1]
		next += 2 + r.Below(25)
		b.home, b.language, b.last = a.home, a.language, a.last
		return a, b
	}
	for range tablets {
		a, b := pair()
		t := &device{id: r.UUID(), agent: tabletAgent, ip: w.ip(r)}
		a.tablet, b.tablet = t, t
		a.visits, b.visits = max(a.visits, 4), max(b.visits, 4)
		w.tablets = append(w.tablets, [2]*person{a, b})
	}
	for range couples {
		a, b := pair()
		line := a.home.prefix + r.Digits(8)
		for _, p := range []*person{a, b} {
			p.landline = line
			if len(p.contacts) == 0 {
				p.contacts = []string{w.contactID()}
			}
		}
		w.couples = append(w.couples, [2]*person{a, b})
	}
}

func (w *World) devices(r *Rand, n int) []*device {
	var out []*device
	for range n {
		out = append(out, &device{id: r.UUID(), agent: Pick(r, userAgents), ip: w.ip(r)})
	}
	return out
}

// ip returns an address of the ranges reserved for documentation.
func (w *World) ip(r *Rand) string {
	return []string{"192.0.2.", "198.51.100.", "203.0.113."}[r.Below(3)] + fmt.Sprint(1+r.Below(254))
}

func (w *World) contactID() string {
	w.lastContact++
	return fmt.Sprintf("C-%06d", 50000+w.lastContact*3)
}

func (p *person) workEmail(number int) {
	if p.company.freemail {
		return
	}
	domain := p.company.domains[number%len(p.company.domains)]
	p.emails[0] = strings.ToLower(p.first+"."+p.last) + fmt.Sprint(number) + "@" + domain
}

func email(p *person, number int, domain string) string {
	return strings.ToLower(p.first+"."+p.last) + fmt.Sprint(number) + "@" + domain
}
