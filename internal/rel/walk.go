package rel

// Visitor looks at every part of a program, parents before children. A nil field sees nothing of its sort; a function that
// returns false keeps the walk out of what lies below.
type Visitor struct {
	Stmt func(Stmt) bool
	Rel  func(Rel) bool
	Expr func(Expr) bool
}

// Program visits the statements in order.
func (v *Visitor) Program(p Program) {
	for _, s := range p {
		v.VisitStmt(s)
	}
}

// VisitStmt visits one statement and what it holds.
func (v *Visitor) VisitStmt(s Stmt) {
	if s == nil || v.Stmt != nil && !v.Stmt(s) {
		return
	}
	switch s := s.(type) {
	case *Let:
		v.VisitRel(s.Body)
	case *Drop:
	case *Loop:
		v.Program(s.Body)
		v.VisitRel(s.Until)
	case *Merge:
		v.VisitRel(s.Body)
	case *Assert:
		v.VisitRel(s.Query)
	case *Exec:
		if s.SQL != nil {
			v.VisitRel(s.SQL)
		}
	case *Kernel:
		for _, r := range s.In {
			v.VisitRel(r)
		}
	case *Choose:
		v.VisitRel(s.Fact)
		for _, o := range s.Options {
			v.Program(o.Body)
		}
	case *Insert:
		v.VisitRel(s.Body)
	case *Delete:
		v.exprs(s.Where)
	case *Update:
		for _, it := range s.Set {
			v.VisitExpr(it.Expr)
		}
		v.exprs(s.Where)
	case *Ensure:
		v.VisitRel(s.Rows)
	case *AddColumn, *Rename, *Lock, *Grant:
	case *Publish:
		for _, p := range s.Views {
			v.VisitRel(p.Body)
		}
	}
}

// VisitRel visits a relation and what it holds; nil is nothing.
func (v *Visitor) VisitRel(r Rel) {
	if r == nil || v.Rel != nil && !v.Rel(r) {
		return
	}
	switch r := r.(type) {
	case *Select:
		v.VisitRel(r.From.Rel)
		for _, j := range r.Joins {
			v.VisitRel(j.Rel)
			v.exprs(j.On)
		}
		v.exprs(r.Where)
		v.exprs(r.GroupBy)
		v.exprs(r.Having)
		for _, it := range r.Items {
			v.VisitExpr(it.Expr)
		}
		v.orders(r.OrderBy)
	case *Union:
		for _, a := range r.Rels {
			v.VisitRel(a)
		}
	case *Values:
		for _, row := range r.Rows {
			v.exprs(row)
		}
	case *With:
		for _, c := range r.CTEs {
			v.VisitRel(c.Rel)
		}
		v.VisitRel(r.Body)
	case *UserQuery:
		v.exprs(r.Holes)
	}
}

// VisitExpr visits an expression and what it holds; nil is nothing.
func (v *Visitor) VisitExpr(e Expr) {
	if e == nil || v.Expr != nil && !v.Expr(e) {
		return
	}
	switch e := e.(type) {
	case *Func:
		v.exprs(e.Args)
	case *Agg:
		v.exprs(e.Args)
		v.orders(e.OrderBy)
		v.VisitExpr(e.Filter)
	case *Win:
		v.exprs(e.Args)
		v.exprs(e.Over.PartitionBy)
		v.orders(e.Over.OrderBy)
	case *Op:
		v.exprs(e.Args)
	case *Not:
		v.VisitExpr(e.X)
	case *IsNull:
		v.VisitExpr(e.X)
	case *Case:
		for _, w := range e.Whens {
			v.VisitExpr(w.If)
			v.VisitExpr(w.Then)
		}
		v.VisitExpr(e.Else)
	case *Cast:
		v.VisitExpr(e.X)
	case *InList:
		v.VisitExpr(e.X)
		v.exprs(e.List)
	case *InRel:
		v.VisitExpr(e.X)
		v.VisitRel(e.Rel)
	case *Scalar:
		v.VisitRel(e.Rel)
	case *RelExpr:
		v.VisitRel(e.Rel)
	case *User:
		v.exprs(e.Holes)
		v.VisitExpr(e.Filter)
		if e.Over != nil {
			v.exprs(e.Over.PartitionBy)
			v.orders(e.Over.OrderBy)
		}
	}
}

func (v *Visitor) exprs(xs []Expr) {
	for _, x := range xs {
		v.VisitExpr(x)
	}
}

func (v *Visitor) orders(os []Order) {
	for _, o := range os {
		v.VisitExpr(o.Expr)
	}
}
