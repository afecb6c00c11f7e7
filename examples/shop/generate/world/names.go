package world

// Names and words the world is furnished with. Domains end in .example, which nobody can own.

var firstNames = []string{"Aino", "Alma", "Anders", "Arne", "Astrid", "Beata", "Bjorn", "Carla", "Cato", "Dagny", "Daria", "Eino", "Elif", "Elsa", "Emre",
	"Erik", "Eva", "Farid", "Fie", "Frida", "Gerd", "Greta", "Halla", "Hanna", "Henrik", "Ida", "Ines", "Ivar", "Jana", "Jonas", "Kari", "Karin", "Lars",
	"Lea", "Leif", "Liv", "Lotte", "Maja", "Marit", "Mikael", "Mina", "Nadia", "Nils", "Nora", "Olga", "Oskar", "Paula", "Per", "Pia", "Rasmus", "Runa",
	"Sami", "Sara", "Signe", "Sofie", "Stig", "Sven", "Tara", "Thea", "Tor", "Ulla", "Vera", "Viggo", "Wanda", "Yara", "Yngve", "Zofia"}

var lastNames = []string{"Aas", "Akkerman", "Bakken", "Berg", "Borg", "Brekke", "Dahl", "Dekker", "Eide", "Ekman", "Falk", "Fjeld", "Foss", "Gran", "Haug",
	"Heikkinen", "Holm", "Hovland", "Iversen", "Jansen", "Kaya", "Koski", "Kowal", "Krog", "Laine", "Lie", "Lund", "Meyer", "Moe", "Myhre", "Nowak", "Nygaard",
	"Olsen", "Palm", "Rask", "Ruud", "Salo", "Sand", "Skog", "Solberg", "Strand", "Sund", "Thorsen", "Toft", "Ulven", "Vang", "Vik", "Virtanen", "Wold", "Yilmaz"}

var freeMailDomains = []string{"mailbox.example", "postbox.example", "webmail.example", "quickmail.example"}

// country holds what follows from where somebody lives.
type country struct {
	code, currency, prefix, locale string
}

var countries = []country{
	{"NO", "NOK", "+47", "nb-NO"}, {"SE", "SEK", "+46", "sv-SE"}, {"DK", "DKK", "+45", "da-DK"},
	{"DE", "EUR", "+49", "de-DE"}, {"NL", "EUR", "+31", "nl-NL"}, {"FI", "EUR", "+358", "fi-FI"}, {"GB", "GBP", "+44", "en-GB"},
}

var countryWeights = []int{34, 18, 10, 16, 8, 7, 7}

// rates are euro cents for one unit of a currency. Prices in other currencies are whole units, so that every sum in euros is
// a whole number of cents and no rounding is a matter of luck.
var rates = []struct {
	currency string
	cents    int64
}{{"EUR", 100}, {"NOK", 9}, {"SEK", 8}, {"DKK", 13}, {"GBP", 117}}

// product is an item of the shop. cents is the price in euro cents.
type product struct {
	id, name, category string
	cents              int64
}

var categories = []string{"tents", "packs", "footwear", "clothing", "climbing", "cooking", "lighting", "maps"}

var productWords = [][]string{
	{"Ridge", "Fjell", "Storm", "Birch", "Vidda"},
	{"Carry", "Summit", "Daylight", "Portage", "Long Haul"},
	{"Trail", "Scree", "Marsh", "Snowline", "Approach"},
	{"Wool", "Shell", "Down", "Windproof", "Rain"},
	{"Sling", "Rope", "Harness", "Helmet", "Chalk"},
	{"Stove", "Kettle", "Mess", "Fuel", "Cup"},
	{"Head", "Camp", "Candle", "Bike", "Beacon"},
	{"North", "Coast", "Glacier", "Forest", "Island"},
}

var productKinds = []string{"Tent", "Pack", "Boot", "Jacket", "Kit", "Set", "Lamp", "Map"}

// basePrices are the cheapest prices of each category in euro cents.
var basePrices = []int64{16900, 6900, 8900, 5900, 2900, 1900, 1900, 900}

// catalogue lists the products of the shop: five in each category.
func catalogue() []product {
	var out []product
	for c, words := range productWords {
		for w, word := range words {
			out = append(out, product{
				id:       "SKU-" + string(rune('A'+c)) + string(rune('1'+w)),
				name:     word + " " + productKinds[c],
				category: categories[c],
				cents:    basePrices[c] + int64(w)*basePrices[c]*3/10,
			})
		}
	}
	return out
}

var userAgents = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/139.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Safari/617.2",
	"Mozilla/5.0 (X11; Linux x86_64) Firefox/139.0",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_4) Mobile/15E148",
	"Mozilla/5.0 (Linux; Android 15; Mobile) Chrome/137.0",
	"Mozilla/5.0 (iPad; CPU OS 18_4) Mobile/15E148",
}

const (
	tabletAgent  = "Mozilla/5.0 (Linux; Android 14; Tablet) Chrome/137.0"
	kioskAgent   = "FernwickKiosk/3.2 (Linux; arm64)"
	crawlerAgent = "TrailIndexBot/1.4 (+https://trailindex.example/bot)"
)

var campaigns = [][3]string{
	{"search", "cpc", "spring_tents"}, {"search", "organic", ""}, {"newsletter", "email", "weekly"},
	{"social", "paid", "summer_hikes"}, {"partner", "referral", "hiking_clubs"},
}

var jobTitles = []string{"Buyer", "Guide", "Office Manager", "Owner", "Expedition Lead", "Accountant"}

var ticketSubjects = []string{"Where is my parcel?", "Wrong size", "Zip is broken", "Invoice, please", "Change of address", "Return label", "Warranty question"}

var companyWords = []string{"Nordfjell", "Havgap", "Granli", "Isbre", "Tindra", "Fossen", "Skogheim", "Vidde", "Bergtatt", "Kystlinje", "Myrland", "Elvebakk",
	"Steinrøys", "Lyngdal", "Furumo", "Storhei", "Brattli", "Solvind", "Dunvik", "Rypeli", "Hjortnes", "Ulvang", "Tverrå", "Snøhetta"}

var companyKinds = []string{"Guiding", "Adventures", "Expeditions", "Camps", "Outdoor School"}
