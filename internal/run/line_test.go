package run

import (
	"fmt"
	"testing"
	"time"
)

// TestLine: where a publish returned to an earlier one, what came in between did not lead to the present.
func TestLine(t *testing.T) {
	for _, c := range []struct {
		returns map[int64]int64 // number of a publish to the one that it returned to
		last    int64
		want    string
	}{
		{nil, 0, "[]"},
		{nil, 3, "[3 2 1]"},
		{map[int64]int64{4: 2}, 4, "[2 1]"},
		{map[int64]int64{4: 2}, 6, "[6 5 2 1]"},
		{map[int64]int64{3: 1, 5: 4}, 5, "[4 1]"},
		{map[int64]int64{3: 1, 4: 2}, 5, "[5 2 1]"}, // back, and forward again
	} {
		var books []*Book
		for no := c.last; no > 0; no-- {
			books = append(books, &Book{No: no, ReturnedTo: c.returns[no]})
		}
		got := []int64{}
		for _, b := range line(books) {
			got = append(got, b.No)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%v up to %d: %v, want %s", c.returns, c.last, got, c.want)
		}
	}
}

// TestCleanupKeepsBases: a graph that readers do not see stays while the next run would carry its ids on.
func TestCleanupKeepsBases(t *testing.T) {
	now := time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
	ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	graph := func(seqNo int64, end time.Time, asOf bool) Holding {
		name := fmt.Sprintf("Material_g_%d", seqNo)
		return Holding{Entry: Entry{Ref: "models/g", Type: graphType, Material: name, SeqNo: seqNo, EndTime: end, AsOf: asOf, Made: ago(100)},
			Used: ago(100), status: statusComplete, all: []string{"material_g_" + fmt.Sprint(seqNo)}, Objects: []string{name}}
	}
	shows := func(no, seqNo, returned int64) *Book {
		return &Book{No: no, ReturnedTo: returned, Names: []Name{{Name: "g", Ref: "models/g", Material: fmt.Sprintf("Material_g_%d", seqNo)}}}
	}
	// Seq no 3 is of the latest end time, then graphs of earlier times were published; 5 is the newest that was built.
	list := []Holding{graph(1, ago(110), false), graph(2, ago(105), false), graph(3, ago(101), false), graph(4, ago(103), true), graph(5, ago(104), true)}
	for what, c := range map[string]struct {
		books []*Book
		stay  string
	}{
		"earlier times published since": {[]*Book{shows(5, 5, 0), shows(4, 4, 0), shows(3, 3, 0), shows(2, 2, 0), shows(1, 1, 0)}, "[3 5]"},
		"returned to before it":         {[]*Book{shows(6, 4, 0), shows(5, 2, 2), shows(4, 5, 0), shows(3, 3, 0), shows(2, 2, 0), shows(1, 1, 0)}, "[2 4 5]"},
	} {
		stay := []int64{}
		for _, v := range judge(list, c.books, nil, CleanupOptions{Now: now, Age: 24 * time.Hour, KeepLast: 1}) {
			if !v.Goes {
				stay = append(stay, v.SeqNo)
			}
		}
		if fmt.Sprint(stay) != c.stay {
			t.Errorf("%s: %v stay, want %s", what, stay, c.stay)
		}
	}
}
