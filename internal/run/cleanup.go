package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kith/internal/lower"
	"kith/internal/rel"
)

// CleanupOptions say which materials are no longer wanted (platform.md section 8).
type CleanupOptions struct {
	Now time.Time
	// Age is how long a material is kept after its last use. With Expired it is the retention period that the registry has of
	// each material instead.
	Age     time.Duration
	Expired bool
	// KeepLast is how many publishes can be returned to afterwards, the present one included; at least 1.
	KeepLast int
}

// Holding is a material of which something is in the warehouse.
type Holding struct {
	Entry
	// Objects are the names of what is there of it, views before what they read.
	Objects []string
	// Used is when it was last made, run over, or shown to readers.
	Used time.Time
	// Retention is how long it is kept after that; 0 when the registry does not say.
	Retention time.Duration
	// Bytes is how much its tables take, -1 where the engine does not say.
	Bytes int64

	status int
	reads  []string // names of materials in lower case
	vague  bool     // it is not known what it reads
	names  []string // all its objects, there or not
	all    []string // the same in lower case
	tables []string // those of Objects that are tables
}

// Verdict is what a cleanup does with a material, and why.
type Verdict struct {
	Holding
	Goes bool
	Why  string
}

// Cleanup tells what a cleanup would do with each material: first what goes, in the order in which it can be dropped, then what
// stays. It changes nothing.
func (r *Registry) Cleanup(ctx context.Context, opt CleanupOptions) ([]Verdict, error) {
	books, err := r.Books(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := r.Runs(ctx, 1<<31-1)
	if err != nil {
		return nil, err
	}
	list, err := r.holdings(ctx)
	if err != nil {
		return nil, err
	}
	lastUses(list, books, runs, opt.Now)
	if r.Strategy == ByPointer { // the slot that readers do not see shows the publish before
		opt.KeepLast = max(opt.KeepLast, 2)
	}
	out := judge(list, books, runs, opt)
	return out, r.measure(ctx, out)
}

// Undropped is an object that the engine would not drop, most often because a view that is not kith's reads it.
type Undropped struct {
	Object string
	Err    error
}

// Clean drops what a cleanup found, under the lease of the registry. The registry says that a material is gone before its first
// object goes: after a crash nothing takes what is left of it for complete, and the next cleanup finds it. So it does what the
// engine would not drop: that keeps nothing else from going, and is returned. done is told of each material that is gone whole.
func (r *Registry) Clean(ctx context.Context, list []Verdict, done func(Verdict)) (left []Undropped, err error) {
	stay := map[string]bool{}
	for _, v := range list {
		if !v.Goes {
			for _, o := range v.all {
				stay[o] = true
			}
		}
	}
	for _, v := range list {
		if !v.Goes {
			continue
		}
		if err := r.lease.Check(ctx); err != nil {
			return left, err
		}
		if v.status != statusGone {
			if err := r.recordGone(ctx, v.Entry, v.names); err != nil {
				return left, err
			}
		}
		whole := true
		for _, o := range v.Objects {
			if stay[strings.ToLower(o)] {
				continue
			}
			err := r.exec(ctx, rel.Program{&rel.Drop{Object: rel.Named(rel.Internal, o)}})
			switch {
			case err == nil:
			case ctx.Err() == nil && ofOne(err):
				left, whole = append(left, Undropped{o, err}), false
			default:
				return left, err
			}
		}
		if whole {
			done(v)
		}
	}
	return left, nil
}

// ofOne reports an error that says nothing about other objects.
func ofOne(err error) bool {
	var sq *SQLError
	return errors.As(err, &sq) && sq.Kind != "connection" && sq.Kind != "disk_full" && sq.Kind != "interrupted"
}

// judge decides over all materials.
func judge(list []Holding, books []*Book, runs []Past, opt CleanupOptions) []Verdict {
	j := &judgement{list: list, why: make([]string, len(list)), at: map[string]int{}}
	for i, h := range list {
		for _, o := range h.all {
			j.at[o] = i
		}
	}
	j.shown(books, opt.KeepLast)
	j.bases(line(books))
	j.newest()
	var last time.Time
	if len(runs) > 0 {
		last = runs[0].Started
	}
	for i, h := range list {
		j.keep(i, h.wanted(opt, last))
	}
	for i, why := range slices.Clone(j.why) {
		if why != "" {
			j.spread(i)
		}
	}
	var out []Verdict
	for _, i := range j.order() {
		if j.why[i] == "" {
			out = append(out, Verdict{Holding: list[i], Goes: true, Why: list[i].unwanted(opt)})
		}
	}
	for i, h := range list {
		if j.why[i] != "" {
			out = append(out, Verdict{Holding: h, Why: j.why[i]})
		}
	}
	return out
}

// judgement collects reasons to keep.
type judgement struct {
	list []Holding
	why  []string       // of each material the first reason to keep it, "" none
	at   map[string]int // index by the names of its objects
}

// keep gives a material a reason to stay, if it has none yet.
func (j *judgement) keep(i int, why string) bool {
	if why == "" || j.why[i] != "" {
		return false
	}
	j.why[i] = why
	return true
}

// spread keeps what a material that stays was made of: a view reads it still, and a table that is made again would.
func (j *judgement) spread(i int) {
	h := j.list[i]
	for _, n := range h.reads {
		if k, ok := j.at[n]; ok && j.keep(k, h.Material+" is made of it") {
			j.spread(k)
		}
	}
	if !h.vague {
		return
	}
	for k, o := range j.list {
		if !o.Made.After(h.Made) && j.keep(k, h.Material+" may be made of it: the registry does not say") {
			j.spread(k)
		}
	}
}

// shown keeps what readers see, and what a rollback can show them.
func (j *judgement) shown(books []*Book, keepLast int) {
	if len(books) > 0 {
		j.book(books[0], "readers see it as ")
	}
	for _, b := range returnable(books, keepLast) {
		j.book(b, fmt.Sprintf("publish %d, which can be returned to, shows it as ", b.No))
	}
}

// bases keeps of every identity graph the one whose ids the next run carries on: readers need not see it, where what they see is of an
// earlier time (see plan.Facts.Base).
func (j *judgement) bases(line []*Book) {
	best := map[string]int{}
	var refs []string
	for _, b := range line {
		for _, n := range b.Names {
			i, ok := j.at[strings.ToLower(n.Material)]
			if !ok || j.list[i].Type != graphType || j.list[i].AsOf || j.list[i].status != statusComplete {
				continue
			}
			ref := strings.ToLower(n.Ref)
			if k, known := best[ref]; !known {
				refs = append(refs, ref)
				best[ref] = i
			} else if j.list[i].EndTime.After(j.list[k].EndTime) {
				best[ref] = i
			}
		}
	}
	for _, ref := range refs {
		j.keep(best[ref], "the next run carries its ids on")
	}
	for i, h := range j.list {
		if h.Type == importType && h.status == statusComplete {
			j.keep(i, "main ids were imported with it")
		}
	}
}

func (j *judgement) book(b *Book, why string) {
	for _, n := range b.Names {
		if i, ok := j.at[strings.ToLower(n.Material)]; ok {
			j.keep(i, why+n.Name)
		}
	}
}

// returnable are the publishes of runs that can be returned to when n are kept: the newest n, and as many counted from the one
// that the present one has returned to.
func returnable(books []*Book, n int) []*Book {
	var out []*Book
	newest, before := 0, 0
	for _, b := range books {
		if b.ReturnedTo > 0 {
			continue
		}
		at := b.No <= books[0].ReturnedTo && before < n
		if at {
			before++
		}
		if newest < n || at {
			out = append(out, b)
		}
		newest++
	}
	return out
}

// newest keeps the newest complete material of every model: the next run may begin with it, and no other tells what the model was.
// What was made beside a kept table is none, and stays with the view over the two.
func (j *judgement) newest() {
	best := map[string]int{}
	for i, h := range j.list {
		if h.status != statusComplete || h.Type == lower.NewVars {
			continue
		}
		ref := strings.ToLower(h.Ref)
		if k, ok := best[ref]; !ok || j.list[k].before(h) {
			best[ref] = i
		}
	}
	for i, h := range j.list {
		if k, ok := best[strings.ToLower(h.Ref)]; ok && k == i {
			j.keep(i, "the newest of "+h.Ref)
		}
	}
}

func (h Holding) before(o Holding) bool {
	return cmp.Or(cmp.Compare(h.SeqNo, o.SeqNo), h.Made.Compare(o.Made)) < 0
}

// wanted is the reason to keep a material that is in itself, "" when there is none. last is when the newest run began.
func (h Holding) wanted(opt CleanupOptions, last time.Time) string {
	age := opt.Age
	if opt.Expired {
		age = h.Retention
	}
	switch {
	case h.status == statusGone:
		return ""
	case h.status != statusComplete:
		if h.Made.Before(last) {
			return ""
		}
		return "the newest run began it and may go on"
	case opt.Expired && age == 0:
		return "the registry has no retention period of it"
	case opt.Now.Sub(h.Used) < age:
		return fmt.Sprintf("last used %s ago, kept for %s", days(opt.Now.Sub(h.Used)), days(age))
	}
	return ""
}

// unwanted is why a material goes.
func (h Holding) unwanted(opt CleanupOptions) string {
	switch h.status {
	case statusGone:
		return "left by a cleanup that did not end"
	case statusComplete:
		return "last used " + days(opt.Now.Sub(h.Used)) + " ago"
	}
	return "left by a run that did not end"
}

// days is a time in the unit people think of it in.
func days(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d seconds", max(d, 0)/time.Second)
}

// order is the list by index so that what reads another material comes before it; where nothing is known, the later made first.
func (j *judgement) order() []int {
	byAge := make([]int, len(j.list))
	for i := range byAge {
		byAge[i] = i
	}
	slices.SortStableFunc(byAge, func(a, b int) int { return j.list[a].Made.Compare(j.list[b].Made) })
	var out []int
	seen := make([]bool, len(j.list))
	var visit func(int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		for _, n := range j.list[i].reads {
			if k, ok := j.at[n]; ok {
				visit(k)
			}
		}
		out = append(out, i)
	}
	for _, i := range byAge {
		visit(i)
	}
	slices.Reverse(out)
	return out
}
