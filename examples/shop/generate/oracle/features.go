package oracle

import (
	"math"
	"sort"
	"strings"

	"kith/examples/shop/generate/world"
)

// Value returns a feature of a main id as the project's feature view shows it; nil is null.
func (s *Solution) Value(feature, mainID string) any { return s.features[feature][mainID] }

// Features lists the names of the features of an entity that the oracle knows, sorted.
func (s *Solution) Features(entity string) []string {
	var out []string
	for name := range s.features {
		if s.entityOf[name] == entity && !hidden[name] {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

// hidden are vars that the project does not publish.
var hidden = map[string]bool{"is_staff": true}

// put stores a feature for every cluster of the entity: value's result, or the default when it has none.
func (s *Solution) put(entity, feature string, fallback any, value func(mainID string) any) {
	m := map[string]any{}
	s.entityOf[feature] = entity
	for _, c := range s.graphs[entity].Clusters {
		v := value(c.MainID)
		if v == nil {
			v = fallback
		}
		m[c.MainID] = v
	}
	s.features[feature] = m
}

// members returns the graph's values of one id type, sorted.
func (g *Graph) members(mainID string, types ...string) []string {
	var out []string
	i := sort.Search(len(g.Clusters), func(i int) bool { return g.Clusters[i].MainID >= mainID })
	for _, id := range g.Clusters[i].IDs {
		for _, t := range types {
			if id.Type == t {
				out = append(out, id.Value)
			}
		}
	}
	sort.Strings(out)
	return out
}

// order is one order, however often its row was delivered.
type order struct {
	id, cart, account string
	at                world.Time
	timed             bool
	eur               float64
}

// ordersOf returns the distinct orders of each main id of an entity.
func (s *Solution) ordersOf(entity string) map[string][]order {
	rate := map[string]float64{}
	if t := s.tables["exchange_rates"]; t != nil {
		for i := range t.Rows {
			rate[t.Cell(i, "currency").(string)] = t.Cell(i, "rate_to_eur").(float64)
		}
	}
	out := map[string][]order{}
	seen := map[string]bool{}
	for _, r := range s.visible("order_completed") {
		id, _ := r.str("order_id")
		if seen[id] {
			continue
		}
		seen[id] = true
		m, ok := s.resolve("order_completed", r, entity)
		if !ok {
			continue
		}
		o := order{id: id}
		o.cart, _ = r.str("cart_id")
		o.account, _ = r.str("account_id")
		o.at, o.timed = r.time("timestamp")
		currency, _ := r.str("currency")
		total := r.value("total").(float64)
		o.eur = float64(total * rate[currency])
		out[m] = append(out[m], o)
	}
	for _, list := range out {
		// newest first, orders without a time last, ties by the greater id
		sort.Slice(list, func(i, j int) bool {
			a, b := list[i], list[j]
			if a.timed != b.timed {
				return a.timed
			}
			if a.at != b.at {
				return a.at > b.at
			}
			return a.id > b.id
		})
	}
	return out
}

// cents rounds to two decimals, half away from zero.
func cents(x float64) float64 { return math.Round(x*100) / 100 }

func sumEUR(list []order) any {
	if len(list) == 0 {
		return nil
	}
	sum := 0.0
	for _, o := range list {
		sum += o.eur
	}
	return cents(sum)
}

func (s *Solution) userFeatures() {
	g := s.graphs[user]
	s.put(user, "emails", nil, func(m string) any {
		if e := g.members(m, "email"); len(e) > 0 {
			return e
		}
		return nil
	})
	s.put(user, "n_devices", int64(0), func(m string) any { return countOf(len(g.members(m, "anonymous_id"))) })
	s.put(user, "n_known_ids", int64(0), func(m string) any {
		return countOf(len(g.members(m, "user_id", "email", "crm_contact_id", "stripe_customer_id")))
	})
	s.put(user, "is_staff", int64(0), func(m string) any {
		for _, e := range g.members(m, "email") {
			if strings.HasSuffix(e, "@fernwick.example") {
				return int64(1)
			}
		}
		return nil
	})
	s.visitFeatures()
	s.profileFeatures()
	s.orderFeatures()
}

// countOf is a count(*): null, not 0, for those who have no row.
func countOf(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

func (s *Solution) visitFeatures() {
	pages := s.by("pages", user)
	s.put(user, "page_views", int64(0), func(m string) any { return countOf(len(pages[m])) })
	s.put(user, "page_views_30d", int64(0), func(m string) any {
		n := 0
		for _, r := range pages[m] {
			if at, ok := r.time("timestamp"); ok && s.End.Day()-at.Day() <= 30 && s.End.Day() >= at.Day() {
				n++
			}
		}
		return countOf(n)
	})
	s.put(user, "visits", int64(0), func(m string) any {
		var times []world.Time
		for _, r := range pages[m] {
			if at, ok := r.time("timestamp"); ok {
				times = append(times, at)
			}
		}
		sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
		n := 0
		for i, at := range times {
			if i == 0 || at-times[i-1] > 30*world.Minute {
				n++
			}
		}
		return countOf(n)
	})
	tracks := s.by("tracks", user)
	lastSeen := func(m string) any {
		var last any
		for _, list := range [][]row{pages[m], tracks[m]} {
			for _, r := range list {
				if at, ok := r.time("timestamp"); ok && (last == nil || at > last.(world.Time)) {
					last = at
				}
			}
		}
		return last
	}
	s.put(user, "last_seen_at", nil, lastSeen)
	s.put(user, "days_since_last_seen", nil, func(m string) any {
		if at, ok := lastSeen(m).(world.Time); ok {
			return s.End.Day() - at.Day()
		}
		return nil
	})
}

func (s *Solution) profileFeatures() {
	identifies := s.by("identifies", user)
	s.put(user, "country", nil, func(m string) any {
		var best *row
		after := func(a, b row) bool { // rows without a time come first
			ta, oka := a.time("timestamp")
			tb, okb := b.time("timestamp")
			if oka != okb {
				return oka
			}
			if ta != tb {
				return ta > tb
			}
			ia, _ := a.str("id")
			ib, _ := b.str("id")
			return ia > ib
		}
		for _, r := range identifies[m] {
			if _, ok := r.str("country"); ok && (best == nil || after(r, *best)) {
				best = &r
			}
		}
		if best == nil {
			return nil
		}
		c, _ := best.str("country")
		return strings.ToUpper(trim(c))
	})
	contacts := s.by("crm_contacts", user)
	s.put(user, "account_ref", nil, func(m string) any {
		var ref any
		var at world.Time
		var by string
		for _, r := range contacts[m] {
			a, ok := r.str("account_id")
			if !ok || placeholder[a] {
				continue
			}
			t, _ := r.time("updated_at") // never null in the data
			id, _ := r.str("contact_id")
			if ref == nil || t > at || t == at && id < by {
				ref, at, by = a, t, id
			}
		}
		return ref
	})
}

func (s *Solution) orderFeatures() {
	orders := s.ordersOf(user)
	s.put(user, "orders", int64(0), func(m string) any { return countOf(len(orders[m])) })
	s.put(user, "revenue_eur", 0.0, func(m string) any { return sumEUR(orders[m]) })
	s.put(user, "last_order_total_eur", 0.0, func(m string) any { return sumEUR(orders[m][:min(1, len(orders[m]))]) })
	timed := func(m string, earlier bool) any {
		var at any
		for _, o := range orders[m] {
			if o.timed && (at == nil || (o.at < at.(world.Time)) == earlier) {
				at = o.at
			}
		}
		return at
	}
	s.put(user, "first_order_at", nil, func(m string) any { return timed(m, true) })
	s.put(user, "last_order_at", nil, func(m string) any { return timed(m, false) })

	revenue := s.features["revenue_eur"]
	var sorted []float64
	for _, v := range revenue {
		sorted = append(sorted, -v.(float64))
	}
	sort.Float64s(sorted)
	s.put(user, "spend_rank", nil, func(m string) any {
		return int64(sort.SearchFloat64s(sorted, -revenue[m].(float64)) + 1)
	})
	charges := s.by("charges", user)
	s.put(user, "refunds", int64(0), func(m string) any {
		n := 0
		for _, r := range charges[m] {
			if status, _ := r.str("status"); status == "succeeded" && r.value("amount_refunded").(int64) > 0 {
				n++
			}
		}
		return countOf(n)
	})
	s.cartFeatures()
}

func (s *Solution) cartFeatures() {
	carts := s.by("product_added", user)
	s.put(user, "last_cart_total", 0.0, func(m string) any {
		var last *row
		newer := func(a, b row) bool {
			ta, oka := a.time("timestamp")
			tb, okb := b.time("timestamp")
			if oka != okb {
				return oka
			}
			if ta != tb {
				return ta > tb
			}
			ia, _ := a.str("id")
			ib, _ := b.str("id")
			return ia > ib
		}
		for _, r := range carts[m] {
			if last == nil || newer(r, *last) {
				last = &r
			}
		}
		if last == nil {
			return nil
		}
		cart, _ := last.str("cart_id")
		sum := 0.0
		for _, r := range carts[m] {
			if c, _ := r.str("cart_id"); c == cart {
				sum += float64(r.value("price").(float64) * float64(r.value("quantity").(int64)))
			}
		}
		return cents(sum)
	})
	s.put(user, "favourite_category", nil, func(m string) any {
		n := map[string]int{}
		for _, r := range carts[m] {
			c, _ := r.str("category")
			n[c]++
		}
		var best any
		for c := range n {
			if best == nil || n[c] > n[best.(string)] || n[c] == n[best.(string)] && c < best.(string) {
				best = c
			}
		}
		return best
	})
}

func (s *Solution) accountFeatures() {
	g := s.graphs[account]
	s.put(account, "account_domains", nil, func(m string) any {
		if d := g.members(m, "domain"); len(d) > 0 {
			return d
		}
		return nil
	})
	contacts := s.by("crm_contacts", account)
	s.put(account, "account_contacts", int64(0), func(m string) any {
		distinct := map[string]bool{}
		for _, r := range contacts[m] {
			id, _ := r.str("contact_id")
			distinct[id] = true
		}
		return countOf(len(distinct))
	})
	orders := s.ordersOf(account)
	s.put(account, "account_orders", int64(0), func(m string) any { return countOf(len(orders[m])) })
	s.put(account, "account_revenue_eur", 0.0, func(m string) any { return sumEUR(orders[m]) })

	// The roll-up: people are counted for the account that their last CRM contact names.
	people, spent := map[string]int{}, map[string]float64{}
	for _, c := range s.graphs[user].Clusters {
		ref, ok := s.Value("account_ref", c.MainID).(string)
		if !ok {
			continue
		}
		if m, ok := g.MainID(world.Identity{Type: "account_id", Value: ref}); ok {
			people[m]++
			spent[m] += s.Value("revenue_eur", c.MainID).(float64)
		}
	}
	s.put(account, "account_people", int64(0), func(m string) any { return countOf(people[m]) })
	s.put(account, "account_member_revenue_eur", 0.0, func(m string) any {
		if people[m] == 0 {
			return nil
		}
		return cents(spent[m])
	})
}

// Cohort is the main ids of one of the project's cohorts, sorted.
func (s *Solution) Cohort(name string) []string {
	number := func(feature, m string) float64 {
		switch v := s.Value(feature, m).(type) {
		case int64:
			return float64(v)
		case float64:
			return v
		}
		return 0
	}
	known := func(m string) bool {
		return number("n_known_ids", m) > 0 && number("orders", m) > 0 && number("is_staff", m) != 1
	}
	business := map[string]bool{}
	for _, r := range s.visible("crm_contacts") {
		m, isUser := s.resolve("crm_contacts", r, user)
		if _, isAccount := s.resolve("crm_contacts", r, account); isUser && isAccount {
			business[m] = true
		}
	}
	in := map[string]func(m string) bool{
		"known_customers": known,
		"vips":            func(m string) bool { return known(m) && number("revenue_eur", m) >= 1200 },
		"lapsed": func(m string) bool {
			last, ok := s.Value("last_order_at", m).(world.Time)
			if !known(m) || !ok {
				return false
			}
			days := s.End.Day() - last.Day()
			return days > 240 || days > 120 && number("page_views_30d", m) == 0
		},
		"business_buyers": func(m string) bool { return business[m] && number("orders", m) > 0 },
	}[name]
	var out []string
	for _, c := range s.graphs[user].Clusters {
		if in(c.MainID) {
			out = append(out, c.MainID)
		}
	}
	return out
}

// Cohorts are the names of the cohorts that the oracle knows.
var Cohorts = []string{"business_buyers", "known_customers", "lapsed", "vips"}
