package world

import "sort"

// blemish gives the event tables what real ones have: placeholder ids, missing times, rows that arrive late, rows that
// arrive twice. It leaves them in the order in which they were loaded.
func (w *World) blemish(r *Rand) {
	for _, t := range []*Table{w.identifies, w.pages, w.tracks, w.orders, w.carts} {
		w.blemishTable(r, t)
	}
	sort.SliceStable(w.charges.Rows, func(i, j int) bool {
		return w.charges.Rows[i][11].(Time) < w.charges.Rows[j][11].(Time)
	})
	for i, row := range w.charges.Rows {
		if i%170 == 11 {
			row[2] = "" // a receipt was not asked for
		}
	}
}

func (w *World) blemishTable(r *Rand, t *Table) {
	anonymous, user := t.Index("anonymous_id"), t.Index("user_id")
	original, sent, received, timestamp, load := t.Index("original_timestamp"), t.Index("sent_at"), t.Index("received_at"), t.Index("timestamp"), t.Index("uuid_ts")
	rows := t.Rows
	for _, row := range rows {
		switch {
		case row[user] == nil && r.Permille(25):
			row[user] = Pick(r, []string{"unknown", "null", "0", "", ""})
		case row[user] != nil && r.Permille(6):
			row[user] = " " + row[user].(string)
		case row[user] != nil && r.Permille(6):
			row[anonymous] = Pick(r, []string{"unknown", "", "0"}) // sent by a server that knows no device
		case row[user] != nil && r.Permille(4):
			row[anonymous] = nil
		}
		switch {
		case r.Permille(14): // kept on a telephone without a network
			delay := Time(r.Between(int64(Hour), int64(9*Day)))
			row[sent] = row[sent].(Time) + delay
			row[received] = row[received].(Time) + delay
			row[load] = loaded(r, row[received].(Time))
		case r.Permille(10): // a load that failed and was repeated days later
			row[load] = row[load].(Time) + Time(r.Between(1, 12))*Day
		}
		if r.Permille(4) {
			row[timestamp], row[original] = nil, nil
		}
		if r.Permille(9) { // delivered again
			again := append([]any{}, row...)
			if r.Permille(600) {
				again[received] = row[received].(Time) + Time(r.Between(1, 7200))*Second
				again[load] = loaded(r, again[received].(Time))
			}
			t.Rows = append(t.Rows, again)
		}
	}
	sort.SliceStable(t.Rows, func(i, j int) bool {
		a, b := t.Rows[i], t.Rows[j]
		if a[load].(Time) != b[load].(Time) {
			return a[load].(Time) < b[load].(Time)
		}
		return a[0].(string) < b[0].(string)
	})
}
