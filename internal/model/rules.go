package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/source"
)

// EdgeLimit says how many distinct ids of type To one id may have an edge to (modelling.md section 6.9). An id with more loses
// all its edges to ids of that type.
type EdgeLimit struct {
	Span source.Span
	To   *IDType
	Most int64
	// Within is the time in which edges must have been first seen to count together, zero for any time.
	Within time.Duration
	// WithinText is Within as it is written.
	WithinText string
}

// Limit is an EdgeLimit with the type whose ids it is about.
type Limit struct {
	From *IDType
	*EdgeLimit
}

// String is the limit in canonical form.
func (l Limit) String() string {
	out := fmt.Sprint(l.From.Name, " ", l.To.Name, " ", l.Most)
	if l.Within > 0 {
		out += " within " + l.Within.String()
	}
	return out
}

// Limits are the limits of edges between id types that the entity has both of, in the order of its id types.
func (e *Entity) Limits() []Limit {
	var out []Limit
	for _, t := range e.IDTypes {
		for _, m := range t.Limits {
			if e.HasType(m.To) {
				out = append(out, Limit{t, m})
			}
		}
	}
	return out
}

// AuditName is the name of the published table of edges that limits took away, "" for a graph without limits.
func (s *Stitcher) AuditName() string {
	if len(s.Entity.Limits()) == 0 {
		return ""
	}
	return s.Name + "_cardinality_audit"
}

// GraphRules are the manual rules of all identity graphs (modelling.md section 6.8). Their rows are data: they are read when a
// graph is built.
type GraphRules struct {
	Table   []NamePart
	TableAt source.Span
	// Columns are those of the table, nil where no warehouse could be asked.
	Columns []string
	// IncludeWins tells which of two rules that contradict each other wins when neither is the later.
	IncludeWins bool
}

// The columns of a table of rules. A table may lack those that RuleColumns calls optional; created_at tells which of two rules
// is the later.
var (
	RuleColumns         = []string{"entity", "id1", "id1_type", "action"}
	OptionalRuleColumns = []string{"id2", "id2_type", "reason", "created_at"}
)

// DefaultRulesTable is the table of rules when table_name is not written.
const DefaultRulesTable = "id_stitch_rules"

// Has reports whether the table has a column, as far as is known.
func (r *GraphRules) Has(column string) bool {
	return r.Columns == nil || slices.ContainsFunc(r.Columns, func(c string) bool { return strings.EqualFold(c, column) })
}

// declareLimits resolves maximum_edges of all id types.
func (b *Builder) declareLimits() {
	for _, t := range b.IDTypes {
		for _, s := range t.spec.MaximumEdges {
			to := b.idTypeNamed(s.Type)
			if to == nil {
				b.Diags.Errorf(diag.RUnknownIDType, s.Type.Span, "no id type %q to limit edges to", s.Type.Value).
					WithFix("%s", orElse(didYouMean(s.Type.Value, b.idTypeNames()), "declare it under id_types in pb_project.yaml"))
				continue
			}
			within, _ := time.ParseDuration(s.Within.Value) // the loader has read it before
			t.Limits = append(t.Limits, &EdgeLimit{Span: s.Type.Span, To: to, Most: int64(s.Most.Value), Within: within, WithinText: s.Within.Value})
		}
	}
}

// checkLimits says which limits are about ids that no graph has.
func (b *Builder) checkLimits() {
	for _, t := range b.IDTypes {
		for _, m := range t.Limits {
			if slices.ContainsFunc(b.Entities, func(e *Entity) bool { return e.HasType(t) && e.HasType(m.To) }) {
				continue
			}
			b.Diags.Warnf(diag.RLimitNowhere, m.Span, "maximum_edges of %s limits edges to %s, but no entity has ids of both", t.Name, m.To.Name).
				WithAlso(m.To.Span, "%s is declared here", m.To.Name).
				WithFix("add the missing id type to the id_types of an entity, or take the limit away")
		}
	}
}

// declareRules resolves id_stitcher_rules of the project; rules of packages are theirs when they are run alone.
func (b *Builder) declareRules() {
	s := b.Spec.StitcherRules
	if s == nil || !s.Enabled.Value {
		return
	}
	name := s.TableName
	if strings.TrimSpace(name.Value) == "" {
		name = source.At[string]{Value: DefaultRulesTable, Span: s.Enabled.Span}
	}
	parts, ok := tableName(name.Value)
	if !ok {
		b.Diags.Errorf(diag.RBadTableName, name.Span, "%q is no table name", name.Value).
			WithFix("write table, schema.table or database.schema.table")
		return
	}
	r := &GraphRules{Table: parts, TableAt: name.Span, IncludeWins: s.Priority.Value == "include"}
	usable := b.lookUpRules(r)
	for _, g := range b.Stitchers {
		g.Rules = r
		g.Broken = g.Broken || !usable
	}
}

// lookUpRules asks the warehouse for the table of rules, and says what is wrong with it.
func (b *Builder) lookUpRules(r *GraphRules) bool {
	if b.opt.Columns == nil {
		return true
	}
	at := r.TableAt
	cols, exists, err := b.opt.Columns(r.Table)
	name := r.Table[len(r.Table)-1].Name
	switch {
	case err != nil:
		return true // the run will meet the same error with a statement to show
	case !exists:
		b.Diags.Errorf(diag.RRulesTable, at, "the warehouse has no table %s with rules of identity graphs", name).
			WithFix("load it with `kith seed --as %s=<file>`, correct the name, or set enabled: false", name)
		return false
	}
	r.Columns = cols
	for _, c := range RuleColumns {
		if !r.Has(c) {
			b.Diags.Errorf(diag.RRulesTable, at, "the table of rules %s has no column %q", name, c).
				WithFix("a table of rules has the columns %s, and may have %s", strings.Join(RuleColumns, ", "), strings.Join(OptionalRuleColumns, ", "))
			return false
		}
	}
	if r.Has("id2") != r.Has("id2_type") {
		b.Diags.Errorf(diag.RRulesTable, at, "the table of rules %s has only one of the columns id2 and id2_type", name).
			WithFix("add the other one: rules about edges need both")
		return false
	}
	return true
}
