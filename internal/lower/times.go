package lower

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kith/internal/addr"
	"kith/internal/model"
	"kith/internal/rel"
)

// times are the times that the nodes of one run are evaluated at. A node of a grain is evaluated at the latest boundary of it,
// and what it needs at that boundary, too (modelling.md section 13); so a node may be built at several times: its home, which
// is what the run publishes, and earlier ones, as far as something that is evaluated there needs it.
type times struct {
	// base is the end of the run.
	base time.Time
	ctx  Context
	// number gives the seq no of a time.
	number func(time.Time) int64
	at     map[int64]*lowering // by nanoseconds
	out    *Result
	// done are what has been lowered, queue what something reads and has perhaps not been.
	done  map[string]bool
	queue []wanted
	// publishing is set while the nodes are lowered at home.
	publishing bool
}

// wanted is something that is read and has to be lowered.
type wanted struct {
	key  string
	make func()
}

// Lower makes the steps of a run. Nodes that are broken or disabled, and what needs them, are left out.
func Lower(g *model.Graph, ctx Context) *Result {
	ctx.EndTime = g.Grain.Boundary(ctx.EndTime)
	next := ctx.SeqNo
	first := ctx
	if have := ctx.Have; have != nil { // nothing is known of numbers that are yet to be given
		first.Have = func(seqNo int64, ref addr.Addr, whole string) []Made {
			if seqNo != ctx.SeqNo {
				return nil
			}
			return have(seqNo, ref, whole)
		}
	}
	out := lowerWith(g, first, func(time.Time) int64 { next++; return next })
	if len(out.Contexts) == 1 {
		return out
	}
	// Which times there are is known now: they are numbered in their order, and the names of materials have the numbers.
	numbers := map[int64]int64{}
	next = ctx.SeqNo
	for _, c := range out.Contexts {
		if c.EndTime.Equal(ctx.EndTime) {
			continue
		}
		next++
		numbers[c.EndTime.UnixNano()] = next
		if ctx.Number != nil {
			numbers[c.EndTime.UnixNano()] = ctx.Number(c.EndTime)
		}
	}
	return lowerWith(g, ctx, func(t time.Time) int64 { return numbers[t.UnixNano()] })
}

func lowerWith(g *model.Graph, ctx Context, number func(time.Time) int64) *Result {
	t := &times{base: ctx.EndTime, ctx: ctx, number: number, at: map[int64]*lowering{}, done: map[string]bool{}, publishing: true}
	t.out = &Result{byAddr: map[addr.Addr]*Step{}, graph: g}
	l := t.add(g, ctx)
	t.out.bundleOf = l.bundleOf
	for _, n := range g.Order {
		if usable(n) {
			l.home(n).lowerOnce(n.Addr())
		}
	}
	l.checks() // of what is published, as of the end of the run
	t.publishing = false
	for i := 0; i < len(t.queue); i++ { // lowering may ask for more
		if w := t.queue[i]; !t.done[w.key] {
			t.done[w.key] = true
			w.make()
		}
	}
	t.out.connect()
	t.out.dropUnread()
	t.out.sort()
	t.out.sortChecks()
	t.out.Contexts = t.contexts()
	return t.out
}

func (t *times) add(g *model.Graph, ctx Context) *lowering {
	l := &lowering{g: g, ctx: ctx, times: t, out: t.out, bundleOf: map[*model.EntityVar]*bundle{}, sourceTables: map[model.Source]rel.Object{},
		visible: map[*model.Cohort]map[*model.EntityVar]bool{}}
	l.earlier = earlier{bundleOf: l.bundleOf, decided: map[read]bool{}, also: map[model.Node][]model.Node{}}
	l.groupVars()
	t.at[ctx.EndTime.UnixNano()] = l
	return l
}

// contexts are the times that steps are made for, the run's own included, by time.
func (t *times) contexts() []Context {
	used := map[int64]bool{t.base.UnixNano(): true}
	for _, s := range t.out.Steps {
		used[s.EndTime.UnixNano()] = true
	}
	var out []Context
	for at, l := range t.at {
		if used[at] {
			out = append(out, l.ctx)
		}
	}
	slices.SortFunc(out, func(a, b Context) int { return a.EndTime.Compare(b.EndTime) })
	return out
}

// when is the lowering of another time.
func (l *lowering) when(end time.Time) *lowering {
	if end.Equal(l.ctx.EndTime) {
		return l
	}
	if o := l.times.at[end.UnixNano()]; o != nil {
		return o
	}
	ctx := l.times.ctx
	ctx.EndTime, ctx.SeqNo = end, l.times.number(end)
	g := l.times.out.graph
	if ctx.Graph != nil {
		g = ctx.Graph(end)
	}
	return l.times.add(g, ctx)
}

// home is the lowering of the time that a node is evaluated at where it is read at that of l.
func (l *lowering) home(n model.Node) *lowering {
	return l.when(n.Base().Grain.Boundary(l.ctx.EndTime))
}

// same is a node of another time's graph as it is in that of l.
func same[N model.Node](l *lowering, n N) N {
	if o, ok := l.g.Node(n.Addr()).(N); ok {
		return o
	}
	return n
}

// want asks for something that is evaluated at the time of l to be lowered if it is not by the end.
func (l *lowering) want(a addr.Addr, make func()) {
	if k := l.key(a); !l.times.done[k] {
		l.times.queue = append(l.times.queue, wanted{k, make})
	}
}

func (l *lowering) key(a addr.Addr) string {
	return fmt.Sprintf("%d %s", l.ctx.EndTime.UnixNano(), a.Key())
}

// lowerOnce lowers the node of an address at the time of l, unless that has been done.
func (l *lowering) lowerOnce(a addr.Addr) {
	if k := l.key(a); !l.times.done[k] {
		l.times.done[k] = true
		l.lower(l.g.Node(a))
	}
}

// at is the address of a step that is made at the time of l: with the time, where that is not its home. grain is that of what
// the step makes.
func (l *lowering) at(a addr.Addr, grain model.Grain) addr.Addr {
	if l.ctx.EndTime.Equal(grain.Boundary(l.times.base)) {
		return a
	}
	text := l.ctx.EndTime.UTC().Format("2006-01-02T15-04-05.999999999")
	return a + addr.Addr("@"+strings.TrimSuffix(text, "T00-00-00"))
}
