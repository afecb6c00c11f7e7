package run

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// world is a schema as a test imagines it: materials with what they read, and the books of its publishes.
type world struct {
	list  []Holding
	books []*Book // the newest first
	runs  []Past  // the newest first
	now   time.Time
}

// models are a project: each model reads models before it.
var models = [][]int{{}, {0}, {0, 1}, {2}, {1}}

// run builds all models, or the first of them only, and publishes when it got to the end.
func (w *world) run(seqNo int64, upTo int, known bool) {
	w.now = w.now.Add(time.Hour)
	w.runs = append([]Past{{No: int64(len(w.runs) + 1), SeqNo: seqNo, Started: w.now}}, w.runs...)
	name := func(m int) string { return fmt.Sprintf("Material_m%d_%d", m, seqNo) }
	b := &Book{No: w.nextNo(), SeqNo: seqNo, At: w.now}
	for m := range models {
		if m > upTo {
			return
		}
		b.Names = append(b.Names, Name{Name: fmt.Sprintf("v%d", m), Material: name(m), SeqNo: seqNo})
		if slices.ContainsFunc(w.list, func(h Holding) bool { return h.Material == name(m) && h.status == statusComplete }) {
			continue
		}
		w.now = w.now.Add(time.Minute)
		h := Holding{Entry: Entry{Ref: fmt.Sprintf("models/m%d", m), Material: name(m), SeqNo: seqNo, Made: w.now}, Used: w.now, vague: !known,
			all: []string{strings.ToLower(name(m))}, Objects: []string{name(m)}, status: statusComplete}
		if m == upTo && upTo < len(models)-1 {
			h.status = statusStarted
		}
		if known {
			for _, r := range models[m] {
				h.reads = append(h.reads, strings.ToLower(name(r)))
			}
		}
		w.list = slices.DeleteFunc(w.list, func(o Holding) bool { return o.Material == h.Material })
		w.list = append(w.list, h)
	}
	w.books = append([]*Book{b}, w.books...)
}

func (w *world) nextNo() int64 {
	if len(w.books) == 0 {
		return 1
	}
	return w.books[0].No + 1
}

// readable tells whether a name of a book can be read: its material is there, and all that this reads, followed by the project
// and not by what the registry says.
func (w *world) readable(n Name) bool {
	var m int
	var seq int64
	fmt.Sscanf(n.Material, "Material_m%d_%d", &m, &seq)
	there := slices.ContainsFunc(w.list, func(h Holding) bool { return h.Material == n.Material && h.status == statusComplete })
	for _, r := range models[m] {
		there = there && w.readable(Name{Material: fmt.Sprintf("Material_m%d_%d", r, seq)})
	}
	return there
}

func (w *world) whole(b *Book) bool {
	return !slices.ContainsFunc(b.Names, func(n Name) bool { return !w.readable(n) })
}

// back returns as Return does: only to what is there.
func (w *world) back() bool {
	to, err := Earlier(w.books, 0)
	if err != nil || !w.whole(to) {
		return false
	}
	w.now = w.now.Add(time.Hour)
	w.books = append([]*Book{{No: w.nextNo(), SeqNo: to.SeqNo, At: w.now, ReturnedTo: to.No, Names: to.Names}}, w.books...)
	return true
}

// reachable counts how many times one can go back.
func (w *world) reachable() int {
	was, n := slices.Clone(w.books), 0
	for w.back() {
		n++
	}
	w.books = was
	return n
}

// TestCleanupNeverTakesWhatIsNeeded: after any history and any cleanup all names can be read, and one can go back as often as
// was asked for, or as before when that was less. What reads another material goes before it.
func TestCleanupNeverTakesWhatIsNeeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{now: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
		for range rapid.IntRange(1, 20).Draw(t, "events") {
			switch rapid.SampledFrom([]string{"run", "run", "crash", "old", "back", "clean"}).Draw(t, "event") {
			case "run":
				w.run(rapid.Int64Range(1, 6).Draw(t, "seq"), len(models)-1, true)
			case "old":
				w.run(rapid.Int64Range(1, 6).Draw(t, "seq"), len(models)-1, false)
			case "crash":
				w.run(rapid.Int64Range(1, 6).Draw(t, "seq"), rapid.IntRange(0, len(models)-2).Draw(t, "up to"), true)
			case "back":
				w.back()
			case "clean":
				w.clean(t)
			}
		}
		w.clean(t)
	})
}

func (w *world) clean(t *rapid.T) {
	opt := CleanupOptions{Now: w.now.Add(time.Second), KeepLast: rapid.IntRange(1, 4).Draw(t, "keep"),
		Age: time.Duration(rapid.IntRange(0, 5).Draw(t, "hours")) * time.Hour}
	back := min(w.reachable(), opt.KeepLast-1)
	present := len(w.books) > 0 && w.whole(w.books[0])
	lastUses(w.list, w.books, w.runs, opt.Now)
	verdicts := judge(w.list, w.books, w.runs, opt)
	if len(verdicts) != len(w.list) {
		t.Fatalf("%d verdicts over %d materials", len(verdicts), len(w.list))
	}
	// A cleanup that crashes has dropped a part of what goes: at every moment the promises hold.
	for _, v := range verdicts {
		if !v.Goes {
			continue
		}
		w.list = slices.DeleteFunc(w.list, func(h Holding) bool { return h.Material == v.Material })
		for _, h := range w.list {
			if slices.Contains(h.reads, strings.ToLower(v.Material)) && h.status == statusComplete {
				t.Fatalf("%s went before %s, which reads it", v.Material, h.Material)
			}
		}
		if present && !w.whole(w.books[0]) {
			t.Fatalf("a present name cannot be read without %s (%s)", v.Material, v.Why)
		}
	}
	if n := w.reachable(); n < back {
		t.Fatalf("one can go back %d times, before the cleanup %d", n, back)
	}
	newest := map[string]int64{}
	for _, v := range verdicts {
		if v.status == statusComplete {
			newest[v.Ref] = max(newest[v.Ref], v.SeqNo)
		}
	}
	for _, v := range verdicts {
		if v.Goes && v.status == statusComplete && (newest[v.Ref] == v.SeqNo || opt.Now.Sub(v.Used) < opt.Age) {
			t.Fatalf("%s went: it is the newest of its model, or was used %s before", v.Material, opt.Now.Sub(v.Used))
		}
	}
	again := judge(w.list, w.books, w.runs, opt)
	if slices.ContainsFunc(again, func(v Verdict) bool { return v.Goes }) {
		t.Fatal("a second cleanup found something")
	}
}
