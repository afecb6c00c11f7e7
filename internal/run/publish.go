package run

import (
	"context"
	"fmt"
	"strings"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/lower"
	"kith/internal/plan"
	"kith/internal/rel"
)

// publish makes all views of a run visible in one transaction, and the registry's pointer to it with them. With a failed
// step nothing is published, unless errors are ignored: then what is complete is.
func (r *runner) publish(ctx context.Context, out *Outcome) error {
	if r.plan.Publish == nil || (r.count.Failed > 0 && !r.opt.IgnoreErrors) {
		return nil
	}
	var keep []*lower.Published
	pub := &rel.Publish{}
	for i, v := range r.plan.Published {
		if st := r.state[v.Step]; st == Done || st == Reused {
			keep = append(keep, v)
			pub.Views = append(pub.Views, r.plan.Publish.Views[i])
		}
	}
	if len(keep) == 0 {
		return nil
	}
	r.emit(&StepStarted{Addr: "publish", Title: fmt.Sprintf("publish %d views", len(keep))})
	if fs, err := r.foreign(ctx, keep); err != nil || len(fs) > 0 {
		r.failures = append(r.failures, fs...)
		out.Failures = r.failures
		r.count.Failed += len(fs)
		r.emit(&StepDone{Addr: "publish", Title: "publish", Status: Failed, Rows: -1})
		return err
	}
	sql, err := r.publishSQL(pub, keep)
	if err != nil {
		return err
	}
	if err := r.reg.Conn.Transaction(ctx, sql); err != nil {
		r.emit(&StepDone{Addr: "publish", Title: "publish", Status: Failed, Rows: -1})
		return err
	}
	out.Published = keep
	r.emit(&StepDone{Addr: "publish", Title: fmt.Sprintf("publish %d views", len(keep)), Status: Done, Rows: int64(len(keep))})
	return nil
}

// foreign lists what stands under a name to be published and was not made by kith. It is never replaced.
func (r *runner) foreign(ctx context.Context, views []*lower.Published) (diag.List, error) {
	ours, err := r.reg.Published(ctx)
	if err != nil {
		return nil, err
	}
	var out diag.List
	for _, v := range views {
		if ours[strings.ToLower(v.Name)] {
			continue
		}
		t, ok, err := r.reg.Conn.Table(rel.Named(rel.Target, v.Name))
		if err != nil {
			return nil, err
		}
		if ok {
			kind := "table"
			if t.View {
				kind = "view"
			}
			out.Errorf(diag.WForeign, v.Span, "a %s named %s is in the way and was not made by kith", kind, v.Name).
				WithFix("rename it, or give the model another name; nothing was published")
		}
	}
	return out, nil
}

func (r *runner) publishSQL(pub *rel.Publish, keep []*lower.Published) ([]Change, error) {
	stmts, diags := r.reg.Dialect.Print(rel.Program{pub}, r.reg.Env)
	if diags.HasErrors() {
		return nil, errorOf(diags)
	}
	names := &rel.Values{Columns: []rel.Column{{Name: "name", Type: rel.Text}, {Name: "material_name", Type: rel.Text}, {Name: "seq_no", Type: rel.BigInt}}}
	var list []rel.Expr
	for _, v := range keep {
		names.Rows = append(names.Rows, []rel.Expr{rel.S(v.Name), rel.S(v.From.Name()), rel.I(r.plan.SeqNo)})
		list = append(list, rel.S(v.Name))
	}
	book := rel.Program{
		&rel.Delete{Into: publishedTable, Where: []rel.Expr{&rel.InList{X: rel.C("t", "name"), List: list}}},
		&rel.Insert{Into: publishedTable, Columns: []string{"name", "material_name", "seq_no"}, Body: names},
		&rel.Delete{Into: latestTable, Where: []rel.Expr{rel.NotNull(rel.C("t", "seq_no"))}},
		&rel.Insert{Into: latestTable, Columns: []string{"seq_no"}, Body: literals([]rel.Column{{Name: "seq_no", Type: rel.BigInt}}, r.plan.SeqNo)},
	}
	if r.whole() {
		stmts = append(stmts, registryView(r.reg)...)
	}
	more, diags := r.reg.Dialect.Print(book, r.reg.Env)
	if diags.HasErrors() {
		return nil, errorOf(diags)
	}
	return changes(r.reg.Conn, append(stmts, more...))
}

// whole reports whether the run leaves nothing of the project out.
func (r *runner) whole() bool {
	for _, s := range r.plan.Steps {
		if s.Action == plan.Leave {
			return false
		}
	}
	return true
}

// registryView publishes the registry under the name that tools read.
func registryView(reg *Registry) []dialect.Stmt {
	view := &rel.Publish{Views: []rel.PublishedView{{Name: "material_registry", Body: &rel.Select{
		From: rel.Source{Rel: &rel.Table{Object: registryTable}, Alias: "r"}, Items: []rel.Item{{Star: true, Of: "r"}}}}}}
	stmts, _ := reg.Dialect.Print(rel.Program{view}, reg.Env)
	return stmts
}

// publishTexts runs a publish by itself.
func publishTexts(ctx context.Context, conn Conn, p *dialect.Publish) error {
	sql, err := changes(conn, []dialect.Stmt{p})
	if err != nil {
		return err
	}
	return conn.Transaction(ctx, sql)
}

// changes flattens statements for one transaction; what stands in the way as another kind of object is dropped first.
func changes(conn Conn, stmts []dialect.Stmt) ([]Change, error) {
	var out []Change
	add := func(s *dialect.SQL) error {
		if c := s.Clear; c != nil {
			t, ok, err := conn.Table(c.Object)
			if err != nil {
				return err
			}
			if ok && t.View == c.View {
				out = append(out, Change{SQL: c.SQL})
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
