package lower

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"kith/internal/addr"
	"kith/internal/model"
	"kith/internal/rel"
)

// CheckScan is a look at one object that answers several assertions at once.
type CheckScan struct {
	// Step is the address of the step that makes the object, Object what is read.
	Step   addr.Addr
	Node   model.Node
	Object rel.Object
	// Name is the name that the object is published under, "" for an input.
	Name string
	// Early tells that the answer needs nothing that a run builds: the newest row of an input.
	Early bool
	// Query gives one row: the number of rows, then a value for each of Terms; for an early scan just the newest time.
	Query rel.Rel
	Terms []CheckTerm
	// Baseline counts the rows that are published under Name; nil when no term asks for it.
	Baseline rel.Rel
	// Edges are those that count of the cluster that a circuit breaker is about, nil for anything else.
	Edges rel.Rel
	// Hash stands for what is asked, the things read included.
	Hash string
	// Needs are the steps that make what is read.
	Needs []addr.Addr
}

// CheckTerm is one assertion in a scan.
type CheckTerm struct {
	Check  *model.Check
	Assert *model.Assertion
	// Alone is the scan's query with this term only: to find the term that an error comes from.
	Alone rel.Rel
	// Sample gives the rows or values that fail.
	Sample rel.Rel
}

// program is the scan as a program, for the functions that look into those.
func (s *CheckScan) program() rel.Program {
	return rel.Program{&rel.Assert{Query: s.Query, Message: "checks"}}
}

// Problems are the mistakes of ours in the queries of a scan, nil for none.
func (s *CheckScan) Problems() error {
	queries := []rel.Rel{s.Query}
	for _, t := range s.Terms {
		queries = append(queries, t.Alone, t.Sample)
	}
	for _, q := range []rel.Rel{s.Baseline, s.Edges} {
		if q != nil {
			queries = append(queries, q)
		}
	}
	for _, q := range queries {
		if err := rel.CheckRel(q); err != nil {
			return err
		}
	}
	return nil
}

// checkAlias is the alias of what is checked, rowsColumn the column with the number of its rows.
const (
	checkAlias = "t"
	rowsColumn = "rows_read"
)

// checks puts the assertions of every object into one look at it. A select of the user's is a look of its own, and so is the
// newest row of an input.
func (l *lowering) checks() {
	scans := map[model.Node]*CheckScan{}
	for _, c := range l.g.Checks {
		if !usable(c) || l.out.byAddr[c.On.Addr()] == nil {
			continue
		}
		for _, a := range c.Asserts {
			switch a.Kind {
			case model.Fresh:
				s := l.scan(c.On)
				s.Early = true
				l.fresh(s, c, a, c.On.(*model.Input))
			case model.CircuitBreaker:
				l.breaker(l.scan(c.On), c, a, c.On.(*model.Stitcher))
			case model.NoRow:
				l.noRow(l.scan(c.On), c, a)
			default:
				if scans[c.On] == nil {
					scans[c.On] = l.scan(c.On)
				}
				s := scans[c.On]
				s.Terms = append(s.Terms, CheckTerm{Check: c, Assert: a})
			}
		}
	}
	for _, s := range l.out.Checks {
		if s.Query == nil {
			s.count()
		}
		s.hash()
	}
}

func (l *lowering) scan(n model.Node) *CheckScan {
	s := &CheckScan{Step: n.Addr(), Node: n, Object: l.objectOf(n)}
	for _, p := range l.out.Published {
		if p.Step == s.Step {
			s.Name = p.Name
		}
	}
	l.out.Checks = append(l.out.Checks, s)
	return s
}

// hash is taken over the checks, whose hashes hold those of what they read. The nodes that they look at may be anywhere in the
// graph, so those of the scan's own node alone would not do.
func (s *CheckScan) hash() {
	h := sha256.New()
	for _, t := range s.Terms {
		fmt.Fprintf(h, "%s %s %v\n", t.Check.Hash, t.Assert.Kind, t.Assert.Columns)
	}
	s.Hash = hex.EncodeToString(h.Sum(nil))[:8]
}

// fresh asks for the newest time of the rows that the run sees.
func (l *lowering) fresh(s *CheckScan, c *model.Check, a *model.Assertion, in *model.Input) {
	sel, _ := l.inputRows(in)
	sel.Items = []rel.Item{item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{rel.F(rel.ToTimestamp, l.user(in.Age(), in, inputAlias))}}, "newest")}
	s.Query = sel
	sample := &rel.Select{From: sel.From, Items: []rel.Item{item(&rel.Agg{Fn: rel.Max, Args: []rel.Expr{l.user(in.Age(), in, inputAlias)}}, "newest")}}
	if in.Where != nil {
		sample.Where = []rel.Expr{l.user(in.Where, in, inputAlias)}
	}
	s.Terms = []CheckTerm{{Check: c, Assert: a, Alone: sel, Sample: sample}}
}

// noRow counts the rows of a select of the user's.
func (l *lowering) noRow(s *CheckScan, c *model.Check, a *model.Assertion) {
	q := l.userQuery(a.Query)
	s.Query = &rel.Select{From: rel.Source{Rel: q, Alias: checkAlias}, Items: []rel.Item{
		item(rel.Null(), rowsColumn), item(&rel.Agg{Fn: rel.CountStar}, "n1")}}
	s.Terms = []CheckTerm{{Check: c, Assert: a, Alone: s.Query, Sample: q}}
}

// count makes the query of the terms that count rows of the object.
func (s *CheckScan) count() {
	all := s.counting()
	for i := range s.Terms {
		t := &s.Terms[i]
		t.Sample = s.sample(t.Assert)
		x := s.failing(t.Assert)
		all.Items = append(all.Items, item(x, fmt.Sprintf("n%d", i+1)))
		alone := s.counting()
		alone.Items = append(alone.Items, item(x, "n1"))
		t.Alone = alone
		if t.Assert.Rows != nil && t.Assert.Rows.Compares() && s.Name != "" {
			s.Baseline = &rel.Select{From: table(rel.Named(rel.Target, s.Name), checkAlias), Items: []rel.Item{item(&rel.Agg{Fn: rel.CountStar}, rowsColumn)}}
		}
	}
	s.Query = all
}

func (s *CheckScan) counting() *rel.Select {
	return &rel.Select{From: table(s.Object, checkAlias), Items: []rel.Item{item(&rel.Agg{Fn: rel.CountStar}, rowsColumn)}}
}

// failing is how many rows fail an assertion, as an expression among aggregates over the object.
func (s *CheckScan) failing(a *model.Assertion) rel.Expr {
	switch a.Kind {
	case model.NotNull:
		return &rel.Agg{Fn: rel.CountStar, Filter: &rel.IsNull{X: rel.C(checkAlias, a.Columns[0])}}
	case model.Unique:
		c := []rel.Expr{rel.C(checkAlias, a.Columns[0])}
		return &rel.Op{Op: "-", Args: []rel.Expr{&rel.Agg{Fn: rel.Count, Args: c}, &rel.Agg{Fn: rel.Count, Args: c, Distinct: true}}}
	case model.UniqueTogether: // engines do not agree on how to count distinct combinations, so they are grouped beside the scan
		groups := &rel.Select{From: rel.Source{Rel: s.repeated(a.Columns), Alias: "g"}, Items: []rel.Item{
			item(&rel.Agg{Fn: rel.Sum, Args: []rel.Expr{&rel.Op{Op: "-", Args: []rel.Expr{rel.C("g", "rows_alike"), rel.I(1)}}}}, "n")}}
		return &rel.Cast{X: rel.F(rel.Coalesce, &rel.Scalar{Rel: groups}, rel.I(0)), Type: rel.BigInt}
	case model.AcceptedValues:
		return &rel.Agg{Fn: rel.CountStar, Filter: unaccepted(a)}
	}
	return rel.Null() // bounds look at the number of rows alone
}

// unaccepted is the condition of a value that is none of those accepted. It is NULL for NULL.
func unaccepted(a *model.Assertion) rel.Expr {
	in := &rel.InList{X: rel.C(checkAlias, a.Columns[0]), Negate: true}
	for _, v := range a.Values {
		if _, text := v.(string); text {
			in.X = &rel.Cast{X: rel.C(checkAlias, a.Columns[0]), Type: rel.Text}
		}
		in.List = append(in.List, &rel.Lit{Value: v})
	}
	return in
}

// repeated are the combinations of values that stand on several rows, with the number of those.
func (s *CheckScan) repeated(columns []string) *rel.Select {
	sel := &rel.Select{From: table(s.Object, checkAlias)}
	for _, name := range columns {
		c := rel.C(checkAlias, name)
		sel.Where = append(sel.Where, rel.NotNull(c))
		sel.GroupBy = append(sel.GroupBy, c)
		sel.Items = append(sel.Items, item(c, name))
	}
	n := &rel.Agg{Fn: rel.CountStar}
	sel.Items = append(sel.Items, item(n, "rows_alike"))
	sel.Having = []rel.Expr{&rel.Op{Op: ">", Args: []rel.Expr{n, rel.I(1)}}}
	return sel
}

// sample gives what fails an assertion, the values of most rows first.
func (s *CheckScan) sample(a *model.Assertion) rel.Rel {
	switch a.Kind {
	case model.NotNull:
		return &rel.Select{From: table(s.Object, checkAlias), Items: []rel.Item{star(checkAlias)},
			Where: []rel.Expr{&rel.IsNull{X: rel.C(checkAlias, a.Columns[0])}}}
	case model.Unique, model.UniqueTogether:
		sel := s.repeated(a.Columns)
		sel.OrderBy = byNumber(sel.GroupBy)
		return sel
	case model.AcceptedValues:
		c := rel.C(checkAlias, a.Columns[0])
		return &rel.Select{From: table(s.Object, checkAlias), Where: []rel.Expr{unaccepted(a)}, GroupBy: []rel.Expr{c},
			Items: []rel.Item{item(c, a.Columns[0]), item(&rel.Agg{Fn: rel.CountStar}, "rows_alike")}, OrderBy: byNumber([]rel.Expr{c})}
	}
	return s.counting()
}

// byNumber orders groups by the number of their rows, the greatest first, then by their values.
func byNumber(values []rel.Expr) []rel.Order {
	out := []rel.Order{{Expr: &rel.Agg{Fn: rel.CountStar}, Desc: true, NullsLast: true}}
	for _, v := range values {
		out = append(out, rel.Order{Expr: v, NullsLast: true})
	}
	return out
}

// sortChecks puts the scans in the order of the steps that make their objects, early ones first, and leaves out those whose
// object nobody makes.
func (r *Result) sortChecks() {
	at := map[addr.Addr]int{}
	for i, s := range r.Steps {
		at[s.Addr] = i
	}
	r.Checks = slices.DeleteFunc(r.Checks, func(c *CheckScan) bool { _, made := at[c.Step]; return !made })
	slices.SortStableFunc(r.Checks, func(a, b *CheckScan) int {
		if a.Early != b.Early {
			if a.Early {
				return -1
			}
			return 1
		}
		return at[a.Step] - at[b.Step]
	})
}
