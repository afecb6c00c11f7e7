package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/lower"
	"kith/internal/plan"
	"kith/internal/rel"
)

// publish makes all names of a run visible at once, and the registry's pointer to it with them. With a failed step nothing
// is published, unless errors are ignored: then what is complete is, and the rest stays as it was.
func (r *runner) publish(ctx context.Context, out *Outcome) error {
	if r.plan.Publish == nil || (r.count.Failed > 0 && !r.opt.IgnoreErrors) {
		return nil
	}
	var keep []*lower.Published
	for _, v := range r.plan.Published {
		if st := r.state[v.Step]; st == Done || st == Reused {
			keep = append(keep, v)
		}
	}
	if len(keep) == 0 {
		return nil
	}
	r.emit(&StepStarted{Addr: "publish", Title: fmt.Sprintf("publish %d views", len(keep))})
	failed := func() { r.emit(&StepDone{Addr: "publish", Title: "publish", Status: Failed, Rows: -1}) }
	book, err := r.reg.Book(ctx)
	if err != nil {
		failed()
		return err
	}
	pub, ds, err := r.publication(book, keep)
	if err != nil || len(ds) > 0 {
		r.failures = append(r.failures, ds...)
		out.Failures = r.failures
		r.count.Failed += len(ds)
		failed()
		return err
	}
	seen, err := r.reg.seen(pub)
	if err == nil && !seen {
		err = r.reg.publish(ctx, pub)
	}
	if err != nil {
		failed()
		return err
	}
	out.Published, out.Dropped = keep, pub.gone
	r.emit(&StepDone{Addr: "publish", Title: fmt.Sprintf("publish %d views", len(keep)), Status: Done, Rows: int64(len(keep))})
	return nil
}

// publication is what one publish changes.
type publication struct {
	from *Book // the present one
	next *Book // the one to come
	// put are the names that get another material, gone those that go; the others of next stay as they are.
	put, gone []Name
	// adopted are objects in the way that may be replaced: views are, tables are renamed.
	adopted []adopted
	// forget leaves the grants of an object that is made anew behind.
	forget bool
	// aside is made beside the names and is part of no promise.
	aside []dialect.Stmt
}

type adopted struct {
	object rel.Object
	view   bool
	next   string // the new name of a table
}

// seen reports that readers see already what would be published.
func (r *Registry) seen(p *publication) (bool, error) {
	same := func(n Name) bool {
		was, ok := p.from.Name(n.Name)
		return ok && was.Material == n.Material && was.Kind == n.Kind && was.Comment == n.Comment && maps.Equal(was.Columns, n.Columns)
	}
	if len(p.gone) > 0 || p.from.SeqNo != p.next.SeqNo || p.from.ReturnedTo > 0 {
		return false, nil
	}
	for _, n := range p.put {
		if !same(n) {
			return false, nil
		}
		if _, there, err := r.Conn.Table(rel.Named(rel.Target, n.Name)); err != nil || !there {
			return false, err
		}
	}
	return true, nil
}

// stay are the names that keep their material.
func (p *publication) stay() []Name {
	return slices.DeleteFunc(slices.Clone(p.next.Names), func(n Name) bool {
		return slices.ContainsFunc(p.put, func(o Name) bool { return o.key() == n.key() })
	})
}

// publication compares what a run made with the present book. Names in the way that kith did not make are in the list.
func (r *runner) publication(book *Book, keep []*lower.Published) (*publication, diag.List, error) {
	pub := &publication{from: book, forget: r.opt.ForgetGrants, next: &Book{No: book.No + 1, SeqNo: r.plan.SeqNo, At: stamp(r.clock.now())}}
	for _, v := range keep {
		s := r.plan.step(v.Step)
		n := Name{Name: v.Name, Kind: kindView, Material: v.From.Name(), SeqNo: s.SeqNo, Ref: string(s.Ref), Project: r.opt.Project,
			Comment: v.Comment, Columns: v.ColumnComments}
		if v.Table {
			n.Kind = kindTable
		}
		pub.put = append(pub.put, n)
	}
	whole := r.whole()
	for _, n := range book.Names {
		switch {
		case slices.ContainsFunc(pub.put, func(o Name) bool { return o.key() == n.key() }):
		case whole && n.Project == r.opt.Project && !r.plan.Declared(n.Name, n.Ref):
			pub.gone = append(pub.gone, n)
		default:
			pub.next.Names = append(pub.next.Names, n)
		}
	}
	pub.next.Names = append(pub.next.Names, pub.put...)
	slices.SortFunc(pub.next.Names, func(a, b Name) int { return strings.Compare(a.key(), b.key()) })
	ds, err := r.foreign(pub, keep)
	if err == nil && whole {
		pub.aside, err = r.registryView()
	}
	return pub, ds, err
}

// whole reports whether the run leaves nothing of the project out.
func (r *runner) whole() bool {
	for _, s := range r.plan.Steps {
		if s.Action == plan.Leave || r.state[s.Addr] == Failed || r.state[s.Addr] == Skipped {
			return false
		}
	}
	return true
}

// foreign lists what stands under a name to be published and was not made by kith. It is replaced only when the run was
// told to adopt it.
func (r *runner) foreign(pub *publication, views []*lower.Published) (diag.List, error) {
	var out diag.List
	for _, v := range views {
		if _, ours := pub.from.Name(v.Name); ours {
			continue
		}
		o := rel.Named(rel.Target, v.Name)
		t, ok, err := r.reg.Conn.Table(o)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if slices.ContainsFunc(r.opt.Adopt, func(name string) bool { return strings.EqualFold(name, v.Name) }) {
			a := adopted{object: o, view: t.View}
			if a.next, err = r.free(v.Name); err != nil {
				return nil, err
			}
			pub.adopted = append(pub.adopted, a)
			continue
		}
		kind := "table"
		if t.View {
			kind = "view"
		}
		out.Errorf(diag.WForeign, v.Span, "a %s named %s is in the way and was not made by kith", kind, v.Name).
			WithFix("rename it, or give the model another name, or let kith take the name with --adopt %s; nothing was published", v.Name)
	}
	return out, nil
}

// free is a name that an adopted table can have.
func (r *runner) free(name string) (string, error) {
	for i := 1; ; i++ {
		next := name + "_before_kith"
		if i > 1 {
			next += fmt.Sprint("_", i)
		}
		_, taken, err := r.reg.Conn.Table(rel.Named(rel.Target, next))
		if err != nil || !taken {
			return next, err
		}
	}
}

// registryName is the view by which tools find the registry.
const registryName = "material_registry"

// registryView publishes the registry under the name that tools read, unless something else has that name.
func (r *runner) registryView() ([]dialect.Stmt, error) {
	t, there, err := r.reg.Conn.Table(rel.Named(rel.Target, registryName))
	if err != nil || there && !(t.View && len(t.Columns) == len(registryColumns)) {
		return nil, err
	}
	if there {
		return nil, nil
	}
	view := &rel.Publish{Views: []rel.PublishedView{{Name: registryName, Body: &rel.Select{
		From: rel.Source{Rel: &rel.Table{Object: registryTable}, Alias: "r"}, Items: []rel.Item{{Star: true, Of: "r"}}}}}}
	return r.reg.print(rel.Program{view})
}

func (r *Registry) print(p rel.Program) ([]dialect.Stmt, error) {
	stmts, diags := r.Dialect.Print(p, r.Env)
	if diags.HasErrors() {
		return nil, errorOf(diags)
	}
	return stmts, nil
}

// Strategy is how an engine makes many objects change at once for its readers.
type Strategy string

// The strategies.
const (
	// ByDDL replaces views in one transaction: engines whose DDL is transactional.
	ByDDL Strategy = "ddl"
	// ByDML refills tables that stay in one transaction: engines that have transactions over several tables, but not for DDL.
	ByDML Strategy = "dml"
	// ByPointer shows views over two slots, one of which a single row points at: engines with transactions of one statement.
	ByPointer Strategy = "pointer"
)

// publish carries a publication out by the strategy of the registry. After an error readers see what they saw before.
func (r *Registry) publish(ctx context.Context, p *publication) error {
	if r.lease == nil {
		return errors.New("run: a publish needs the lease")
	}
	var err error
	switch r.Strategy {
	case ByDML:
		err = r.publishTables(ctx, p)
	case ByPointer:
		err = r.publishSlots(ctx, p)
	default:
		err = r.publishViews(ctx, p)
	}
	return err
}

// attempts are the waits before what met another transaction is tried again.
var attempts = []time.Duration{100 * time.Millisecond, 300 * time.Millisecond, time.Second, 3 * time.Second}

// patience is how long a publish tries again while long statements of others read what it replaces.
const patience = 10 * time.Minute

// commit runs the transaction by which readers come to see a publication. It is the lease's: with a lease that is lost it
// does nothing and returns *Lost.
func (r *Registry) commit(ctx context.Context, p *publication, list []Change) error {
	until := time.Now().Add(patience)
	for i := 0; ; i++ {
		err := r.commitOnce(ctx, p, list)
		wait := attempts[min(i, len(attempts)-1)]
		switch {
		case err == nil || !transient(err):
			return err
		case i >= len(attempts) && (!busy(err) || time.Now().After(until)), !sleep(ctx, wait):
			return err
		}
	}
}

// commitOnce holds the lease's state from its heartbeat while it is changed.
func (r *Registry) commitOnce(ctx context.Context, p *publication, list []Change) error {
	l := r.lease
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return l.lost
	}
	err := r.Conn.Transaction(ctx, list)
	switch {
	case err == nil, r.committed(ctx, p, err):
		l.heard = time.Now()
		return nil
	case errors.Is(err, ErrGuard):
		l.lost = l.taken(ctx)
		return l.lost
	}
	return err
}

// committed tells whether a transaction that ended with an error has been kept all the same: a connection may break after
// the engine has committed and before it could say so.
func (r *Registry) committed(ctx context.Context, p *publication, err error) bool {
	var sq *SQLError
	if !errors.As(err, &sq) || sq.Kind != "connection" {
		return false
	}
	s, ok, err := r.readState(context.WithoutCancel(ctx))
	return err == nil && ok && s.publishNo == p.next.No && s.fence == r.lease.fence
}

// transient reports an error that may be gone at the next attempt.
func transient(err error) bool {
	var sq *SQLError
	return errors.As(err, &sq) && (sq.Kind == "conflict" || sq.Kind == "connection" || sq.Kind == "busy")
}

func busy(err error) bool {
	var sq *SQLError
	return errors.As(err, &sq) && sq.Kind == "busy"
}

// sleep waits, or returns false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// advance is the statement that makes a book the present one. It is the guard of a commit: it asks for the lease's number
// and for the book that the publication was made from.
func (r *Registry) advance(p *publication, slot string) *rel.Update {
	return &rel.Update{Into: stateTable, Guard: true,
		Set: []rel.Item{{Expr: rel.I(p.next.No), As: "publish_no"}, {Expr: rel.I(p.next.SeqNo), As: "seq_no"},
			{Expr: &rel.Lit{Value: textOrNil(slot)}, As: "slot"}},
		Where: append(r.lease.mine(), rel.Eq(rel.C("t", "publish_no"), rel.I(p.from.No)))}
}

// latest is the pointer that tools of Profiles read.
func (p *publication) latest() rel.Program {
	column := []rel.Column{{Name: "seq_no", Type: rel.BigInt}}
	return rel.Program{
		&rel.Delete{Into: latestTable, Where: []rel.Expr{rel.NotNull(rel.C("t", "seq_no"))}},
		&rel.Insert{Into: latestTable, Columns: []string{"seq_no"}, Body: literals(column, p.next.SeqNo)},
	}
}

// adopt makes room for names that objects of others have.
func (p *publication) adopt() rel.Program {
	var out rel.Program
	for _, a := range p.adopted {
		if a.view {
			out = append(out, &rel.Drop{Object: a.object})
		} else {
			out = append(out, &rel.Rename{Object: a.object, To: a.next})
		}
	}
	return out
}

// publishTexts runs a publish by itself.
func publishTexts(ctx context.Context, conn Conn, p *dialect.Publish) error {
	list, err := changes(conn, []dialect.Stmt{p})
	if err != nil {
		return err
	}
	return conn.Transaction(ctx, list)
}

// changes flattens statements for one transaction; what stands in the way as another kind of object is dropped first.
func changes(conn Conn, stmts []dialect.Stmt) ([]Change, error) {
	var out []Change
	taken := map[string]bool{} // names that the transaction frees before
	add := func(s *dialect.SQL) error {
		if s.Takes.Name() != "" {
			taken[s.Takes.Key()] = true
		}
		if c := s.Clear; c != nil && !taken[c.Object.Key()] {
			t, ok, err := conn.Table(c.Object)
			if err != nil {
				return err
			}
			if ok && t.View == c.View {
				out = append(out, Change{SQL: c.SQL})
				if s.Makes.Name() == "" { // a drop: what it would drop is gone
					return nil
				}
			}
		}
		out = append(out, Change{SQL: s.S, Guard: s.Guard})
		return nil
	}
	for _, st := range stmts {
		switch st := st.(type) {
		case *dialect.SQL:
			if err := add(st); err != nil {
				return nil, err
			}
		case *dialect.Publish:
			for i := range st.Statements {
				if err := add(&st.Statements[i]); err != nil {
					return nil, err
				}
			}
		default:
			return nil, fmt.Errorf("run: %T cannot be part of a publish", st)
		}
	}
	return out, nil
}
