package world

import (
	"fmt"
	"sort"
)

// live lets everybody visit the shop.
func (w *World) live(seed uint64) {
	r := Stream(seed, "visits")
	known := map[string]bool{} // device and user id: logged in there before
	for _, p := range w.persons {
		if len(p.devices) == 0 {
			continue
		}
		for _, at := range moments(r, p) {
			w.visit(r, p, at, known)
		}
	}
	w.instore(Stream(seed, "kiosk visits"), known)
	w.crawl(Stream(seed, "crawler"))
}

// moments are the times at which a person visits, in order: a cluster around the first weeks, then whenever.
func moments(r *Rand, p *person) []Time {
	var out []Time
	for i := range p.visits {
		span := int64(p.until - p.signup)
		if i < 2 {
			span /= 8
		}
		hour := Time(r.Weighted([]int{1, 1, 1, 1, 1, 1, 3, 6, 8, 8, 8, 9, 10, 9, 8, 8, 9, 11, 14, 17, 18, 15, 9, 4}))
		at := p.signup + Time(r.Between(0, max(span, 1)))
		at = Time(at.Day())*Day + hour*Hour + Time(r.Between(0, int64(Hour-1)))
		if at >= First && at < last {
			out = append(out, at)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// where picks the device of a visit and the user id that is logged in on it, "" for none.
func (p *person) where(r *Rand, at Time) (*device, string) {
	d := p.devices[0]
	switch {
	case p.tablet != nil && r.Permille(450):
		d = p.tablet
	case len(p.devices) > 1 && r.Permille(450):
		d = p.devices[1+r.Below(len(p.devices)-1)]
	}
	if len(p.userIDs) == 0 || d.silent {
		return d, ""
	}
	user := p.userIDs[0]
	if len(p.userIDs) > 1 && at > p.signup+(p.until-p.signup)/2 {
		user = p.userIDs[1]
	}
	if d != p.tablet && r.Permille(120) {
		return d, "" // did not bother to log in
	}
	return d, user
}

// visit is one stay on the site: pages, perhaps a login, a cart, an order.
func (w *World) visit(r *Rand, p *person, at Time, known map[string]bool) {
	d, user := p.where(r, at)
	c := call{at: at, device: d, locale: p.home.locale}
	if r.Permille(260) {
		c.campaign = &campaigns[r.Below(len(campaigns))]
	}
	if user != "" && known[d.id+user] {
		c.userID = user // the library remembers
	}
	w.page(r, &c, "/", "Home")
	if user != "" && (!known[d.id+user] || r.Permille(180)) {
		c.userID = user
		known[d.id+user] = true
		w.identify(r, p, &c)
	}
	w.browse(r, &c)
	chance := 90
	if p.kind != visitor {
		chance = 430
	}
	if !r.Permille(chance) {
		return
	}
	w.shop(r, p, &c)
}

// browse looks at a few pages.
func (w *World) browse(r *Rand, c *call) {
	for n := r.Weighted([]int{30, 25, 18, 12, 8, 7}); n > 0; n-- {
		item := Pick(r, w.products)
		switch r.Weighted([]int{35, 45, 12, 8}) {
		case 0:
			w.page(r, c, "/c/"+item.category, "Category")
		case 1:
			w.page(r, c, "/p/"+item.id, "Product")
			if r.Permille(550) {
				w.track(r, c, "product_viewed", "Product Viewed")
			}
		case 2:
			w.page(r, c, "/guides/"+item.category, "Guide")
		default:
			w.track(r, c, "products_searched", "Products Searched")
		}
	}
}

// shop fills a cart and, for some, pays.
func (w *World) shop(r *Rand, p *person, c *call) {
	cart := "cart_" + r.Hex(10)
	var total, items int64
	for range 1 + r.Weighted([]int{50, 30, 20}) {
		item := Pick(r, w.products)
		quantity := int64(1 + r.Weighted([]int{82, 12, 6}))
		if p.company != nil {
			quantity += r.Between(0, 4)
		}
		cents := localPrice(item.cents, p.home.currency)
		total += cents * quantity
		items += quantity
		row := common(r, *c)
		w.carts.add(row, "product_added", "Product Added", cart, item.id, item.name, item.category, p.home.currency, float64(cents)/100, quantity)
		w.tracks.add(row, "product_added", "Product Added")
		c.at += Time(r.Between(8, 240)) * Second
	}
	w.page(r, c, "/cart", "Cart")
	if c.userID == "" && p.kind != guest || !r.Permille(640) {
		return
	}
	w.page(r, c, "/checkout", "Checkout")
	w.order(r, p, c, cart, total, items)
}

// localPrice turns a price in euro cents into hundredths of a currency, whole units of it unless it is the euro.
func localPrice(cents int64, currency string) int64 {
	for _, rate := range rates {
		if rate.currency == currency && currency != "EUR" {
			return cents / rate.cents * 100
		}
	}
	return cents
}

func (w *World) order(r *Rand, p *person, c *call, cart string, total, items int64) {
	w.lastOrder++
	p.bought = p.bought || c.at < End-Day
	id := fmt.Sprintf("O-%06d", 300000+w.lastOrder*7)
	address := 0
	if len(p.emails) > 1 && r.Permille(400) {
		address = 1
	}
	var account, coupon any
	if p.company != nil && r.Permille(800) {
		account = Pick(r, p.company.accounts)
	}
	if r.Permille(120) {
		coupon = Pick(r, []string{"WELCOME10", "SPRING15", "MEMBER5"})
	}
	row := common(r, *c)
	w.orders.add(row, "order_completed", "Order Completed", id, cart, noisyEmail(r, p.emails[address]), account, coupon, p.home.currency, float64(total)/100, items)
	w.tracks.add(row, "order_completed", "Order Completed")
	w.pay(r, p, id, address, total, c.at+2*Second)
	c.at += Time(r.Between(5, 60)) * Second
}

// pay records the attempts to charge an order.
func (w *World) pay(r *Rand, p *person, order string, address int, cents int64, at Time) {
	email := p.emails[address]
	var customer any = p.customers[min(address, len(p.customers)-1)]
	if p.unlinked != "" && r.Permille(400) {
		email, customer = p.unlinked, p.customers[len(p.customers)-1]
	}
	if p.kind == guest && r.Permille(400) {
		customer = nil
	}
	live := p.kind != tester
	currency := lower(p.home.currency)
	method := Pick(r, []string{"card", "card", "card", "wallet", "invoice"})
	if r.Permille(60) {
		w.charges.Rows = append(w.charges.Rows, []any{"ch_" + r.Hex(12), customer, noisyEmail(r, email), order, currency, "failed", method, cents, int64(0), false, live, at - 40*Second})
	}
	var refunded int64
	switch {
	case r.Permille(45):
		refunded = cents
	case r.Permille(35):
		refunded = cents / 3
	}
	w.charges.Rows = append(w.charges.Rows, []any{"ch_" + r.Hex(12), customer, noisyEmail(r, email), order, currency, "succeeded", method, cents, refunded, refunded == cents, live, at})
}

func (w *World) page(r *Rand, c *call, path, name string) {
	var referrer any
	if c.campaign != nil && path == "/" {
		referrer = "https://" + c.campaign[0] + ".example/"
	}
	w.pages.add(common(r, *c), name, path, "https://fernwick.example"+path, referrer)
	c.at += Time(r.Between(6, 170)) * Second
}

func (w *World) track(r *Rand, c *call, event, text string) {
	w.tracks.add(common(r, *c), event, text)
	c.at += Time(r.Between(2, 60)) * Second
}

// identify is the call that ties a device to a user id and, when the form was filled in, to an address and a telephone.
func (w *World) identify(r *Rand, p *person, c *call) {
	address := p.emails[0]
	if len(p.emails) > 1 && r.Permille(250) {
		address = p.emails[1]
	}
	email := any(noisyEmail(r, address))
	switch {
	case r.Permille(40):
		email = ""
	case r.Permille(30):
		email = nil
	}
	var phone any
	if r.Permille(420) {
		phone = noisyPhone(r, p.home.prefix, p.phone)
	}
	home, first := any(p.home.code), any(p.first)
	switch {
	case r.Permille(60):
		home = nil
	case r.Permille(60):
		home = lower(p.home.code)
	case r.Permille(40):
		home = Pick(r, countries).code // abroad
	}
	if r.Permille(30) {
		first = ""
	}
	w.identifies.add(common(r, *c), email, phone, first, p.last, home, p.language, r.Permille(610))
	c.at += Time(r.Between(3, 30)) * Second
}

// instore lets customers use the kiosks in the shops: some log in, many only look.
func (w *World) instore(r *Rand, known map[string]bool) {
	for _, k := range w.kiosks {
		for range 70 {
			at := First + Time(r.Between(0, int64((last-First)/Day)-1))*Day + 9*Hour + Time(r.Between(0, int64(9*Hour)))
			p := w.persons[r.Below(registeredPeople)]
			c := call{at: at, device: k, locale: "nb-NO"}
			w.page(r, &c, "/", "Home")
			if r.Permille(550) && p.signup < at {
				c.userID = p.userIDs[0]
				w.identify(r, p, &c)
				known[k.id+c.userID] = true
			}
			w.browse(r, &c)
			if c.userID != "" && r.Permille(300) {
				w.shop(r, p, &c)
			}
		}
	}
}

// crawl is a robot that follows links and keeps no cookies.
func (w *World) crawl(r *Rand) {
	at := First + 3*Day
	for range 160 {
		at += Time(r.Between(int64(20*Hour), int64(80*Hour)))
		if at >= last {
			return
		}
		c := call{at: at, device: &device{id: r.UUID(), agent: crawlerAgent, ip: "203.0.113.250"}, locale: "en"}
		w.page(r, &c, "/c/"+Pick(r, categories), "Category")
	}
}
