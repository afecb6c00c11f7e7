// Package world makes the data of the example shop: Fernwick, a seller of outdoor gear with private and business customers.
//
// It first invents people, households, companies and devices, then lets them live for a year, and writes down what a
// tracking library, a CRM and a payment provider would have recorded of it, blemishes included. Because it invents the
// people it also knows who is who: Truth. All of it follows from one seed and from no clock.
package world

import (
	"sort"
	"strings"
)

// Seed is the number the published data grows from.
const Seed = 20260630

// World is the invented shop with everything that happened in it.
type World struct {
	persons []*person
	firms   []*company
	kiosks  []*device
	tablets [][2]*person
	couples [][2]*person

	products    []product
	lastContact int
	lastOrder   int

	identifies, pages, tracks, orders, carts *Table
	charges, contacts, accounts, tickets     *Table

	truth map[Identity]string
}

// Identity is one identifier in the form it has after the project's normalisation.
type Identity struct{ Type, Value string }

// New invents the world of a seed.
func New(seed uint64) *World {
	w := &World{products: catalogue(), truth: map[Identity]string{}}
	w.people(seed)
	w.openTables()
	w.live(seed)
	w.salesforce(Stream(seed, "crm"))
	w.support(Stream(seed, "support"))
	w.blemish(Stream(seed, "blemishes"))
	w.settleTruth()
	return w
}

// Tables returns all tables, events in the order in which they were loaded into the warehouse.
func (w *World) Tables() []*Table {
	return []*Table{w.identifies, w.pages, w.tracks, w.orders, w.carts, w.charges, w.contacts, w.accounts, w.tickets,
		exchangeRates(), freeMail(), blockedAddresses()}
}

// Person tells whose identifier this is: the key of a person or of a company. ok is false for values that name nobody, such
// as a kiosk, a placeholder or a mailbox of the shop itself.
func (w *World) Person(id Identity) (key string, ok bool) {
	key, ok = w.truth[id]
	return key, ok
}

// Identities returns every identifier that names somebody, by type and value.
func (w *World) Identities() []Identity {
	out := make([]Identity, 0, len(w.truth))
	for id := range w.truth {
		out = append(out, id)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Type != out[j].Type {
			return out[i].Type < out[j].Type
		}
		return out[i].Value < out[j].Value
	})
	return out
}

// settleTruth writes down whose each identifier is. What two people share goes to the first of them: the one who bought the
// tablet, the one who signed the telephone contract.
func (w *World) settleTruth() {
	claim := func(typ, value, key string) {
		id := Identity{typ, value}
		if _, taken := w.truth[id]; !taken && value != "" {
			w.truth[id] = key
		}
	}
	for _, p := range w.persons {
		for _, u := range p.userIDs {
			claim("user_id", u, p.key)
		}
		for _, d := range p.devices {
			claim("anonymous_id", d.id, p.key)
		}
		if p.tablet != nil {
			claim("anonymous_id", p.tablet.id, p.key)
		}
		for _, c := range p.contacts {
			claim("crm_contact_id", c, p.key)
		}
		for _, c := range p.customers {
			claim("stripe_customer_id", c, p.key)
		}
		if p.kind == tester {
			continue // their addresses and telephone are the team's
		}
		for _, e := range p.emails {
			claim("email", e, p.key)
		}
		claim("email", p.unlinked, p.key)
		claim("phone", p.phone, p.key)
		claim("phone", p.landline, p.key)
	}
	for _, c := range w.firms {
		for _, a := range c.accounts {
			claim("account_id", a, c.key)
		}
		for _, d := range c.domains {
			claim("domain", d, c.key)
		}
		claim("vat_number", c.vat, c.key)
	}
}

// Cast names people worth looking at, each by an identifier and the reason. The expected results are written for them.
func (w *World) Cast() []Role {
	var out []Role
	chosen := map[*person]bool{}
	add := func(why, typ, value string) { out = append(out, Role{Identity{typ, value}, why}) }
	first := func(why string, n int, is func(*person) bool) {
		for _, p := range w.persons {
			if n == 0 {
				return
			}
			if p.kind == registered && p.tablet == nil && p.landline == "" && !chosen[p] && is(p) {
				chosen[p] = true
				add(why, "user_id", p.userIDs[0])
				n--
			}
		}
	}
	add("tablet shared by two people", "anonymous_id", w.tablets[0][0].tablet.id)
	add("logs in on a shared tablet", "user_id", w.tablets[1][1].userIDs[0])
	add("shares a landline with a partner", "phone", w.couples[0][1].landline)
	first("one device, one email", 2, func(p *person) bool {
		return len(p.devices) == 1 && len(p.emails) == 1 && p.visits > 2 && p.company == nil
	})
	first("three devices or more", 2, func(p *person) bool { return len(p.devices) > 2 && p.visits > 4 })
	first("two emails", 2, func(p *person) bool { return len(p.emails) > 1 && p.visits > 4 })
	first("registered twice", 2, func(p *person) bool { return len(p.userIDs) > 1 && p.visits > 2 })
	first("a device nobody logs in on", 2, func(p *person) bool {
		return len(p.devices) > 1 && p.devices[len(p.devices)-1].silent && p.visits > 4
	})
	first("pays with an address nothing links", 1, func(p *person) bool { return p.unlinked != "" && p.visits > 4 })
	first("employee of a business customer", 2, func(p *person) bool { return p.company != nil && p.visits > 4 })
	first("employee of a company on free mail", 1, func(p *person) bool { return p.company != nil && p.company.freemail })
	first("works for the shop", 1, func(p *person) bool { return strings.HasSuffix(p.emails[0], "@fernwick.example") })
	first("comes often", 3, func(p *person) bool { return p.visits >= 13 })
	guests := 0
	for _, p := range w.persons {
		if p.kind == guest && p.bought && guests < 2 {
			guests++
			add("buys as a guest", "email", p.emails[0])
		}
		switch p.key {
		case "V00001", "V00002":
			add("never says who it is", "anonymous_id", p.devices[0].id)
		case "L00001", "L00002":
			add("known to sales only", "crm_contact_id", p.contacts[0])
		case "T00001":
			add("account of the test team", "user_id", p.userIDs[0])
		}
	}
	return out
}

// Role is one member of the cast.
type Role struct {
	ID  Identity
	Why string
}
