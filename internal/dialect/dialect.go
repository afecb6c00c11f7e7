// Package dialect is the room of what is written to a warehouse: it turns programs of rel into numbered statements of one
// engine. A dialect is a short list of differences from the shared printer; what an engine cannot do is a diagnostic.
package dialect

import (
	"time"

	"kith/internal/diag"
	"kith/internal/rel"
	"kith/internal/source"
)

// Env is what printing needs to know of the place and time a program will run at.
type Env struct {
	// TargetSchema and InternalSchema are where objects of those spaces live. Catalog is the database, "" for the
	// connection's own.
	Catalog, TargetSchema, InternalSchema string
}

// ScratchCatalog is the database for tables of rel.Scratch on engines where a connection can attach one in memory: statements
// name it, and the connection attaches it.
const ScratchCatalog = "kith_scratch"

// Dialect prints programs.
type Dialect interface {
	// Name is the engine's name as DatabaseType() gives it: "duckdb", "postgres", "snowflake" ...
	Name() string
	// Print writes a program. What cannot be written is in the list, with the place of the user's text that asked for it.
	Print(p rel.Program, env Env) ([]Stmt, diag.List)
	// Query writes one relation as a statement that returns rows.
	Query(r rel.Rel, env Env) (Text, diag.List)
	// Object writes the qualified, quoted name of an object.
	Object(o rel.Object, env Env) string
	// Type is the engine's name of a type.
	Type(t rel.Type) string
	// TimeLiteral is a timestamp literal (UTC, without zone).
	TimeLiteral(t time.Time) string
}

// LongestName is the number of bytes that the engine of a dialect keeps of a name, 0 without a limit: what a dialect has by a
// method of that name.
func LongestName(d Dialect) int {
	if l, ok := d.(interface{ LongestName() int }); ok {
		return l.LongestName()
	}
	return 0
}

// Prepare returns the statements that make what printed ones call and the engine lacks, in kith's own schema: what a dialect has by
// a method of that name. They do nothing where that stands, so they are run whenever a warehouse is opened to be written.
func Prepare(d Dialect, env Env) []Text {
	if p, ok := d.(interface{ Prepare(Env) []Text }); ok {
		return p.Prepare(env)
	}
	return nil
}

// Collates reports whether columns of a type, as the catalog names it, compare by rules of their own unless they are told to compare
// by bytes: what a dialect has by a method of that name.
func Collates(d Dialect, typeName string) bool {
	c, ok := d.(interface{ Collates(string) bool })
	return ok && c.Collates(typeName)
}

// Stmt is a printed statement: *SQL, *Load, *Loop, *Kernel, *Choose, *Assert, *Publish. The structure of rel that needs the run's
// hands (loops, kernels, choices) is kept; everything else is SQL.
type Stmt interface{ stmt() }

// SQL is one statement to execute.
type SQL struct {
	Text
	// Makes is the object this statement makes or fills, if any; Table tells that rows can be counted in it.
	Makes rel.Object
	Table bool
	// Takes is the object whose name is free after this statement, if any.
	Takes rel.Object
	// Guard demands that the statement change exactly one row, as rel.Update has it.
	Guard bool
	// Clear, when not nil, must be executed before this statement if the catalog knows its object as the kind it names: no
	// engine replaces a view by a table or a table by a view, nor drops one by the other's word.
	Clear *Clear
	// Passes, when not nil, gives statements that make the same object in n passes over its groups, to be tried when the
	// engine runs out of memory.
	Passes func(n int) []SQL
}

// Clear takes away a view that stands where a table is wanted (View set), or a table where a view is (View not set).
type Clear struct {
	Object rel.Object
	View   bool
	SQL    string
}

// Text is SQL of which the bytes that came from the user know their place.
type Text struct {
	S        string
	Segments []Segment
}

// Segment maps bytes [Start, End) of the SQL to a place. Origin, when not nil, maps single bytes of the segment.
type Segment struct {
	Start, End int
	Origin     source.Text
}

// Place returns the user's place for byte offset of the SQL: that of the segment holding it, else of the nearest segment
// before it; zero when there is none.
func (t Text) Place(offset int) source.Span {
	var best source.Span
	for _, s := range t.Segments {
		if s.Start > offset {
			break
		}
		if offset < s.End {
			return s.Origin.Origin(offset-s.Start, offset-s.Start+1)
		}
		best = s.Origin.Span()
	}
	return best
}

// Within returns the user's place for byte offset of the SQL; ok is false when the byte is not of the user.
func (t Text) Within(offset int) (place source.Span, ok bool) {
	for _, s := range t.Segments {
		if s.Start <= offset && offset < s.End {
			place = s.Origin.Origin(offset-s.Start, offset-s.Start+1)
			return place, !place.IsZero()
		}
	}
	return place, false
}

// Loop repeats Body until the one value of Until is true.
type Loop struct {
	Name  string
	Body  []Stmt
	Until Text
	Max   int
}

// Assert fails when Query returns a row.
type Assert struct {
	Query        Text
	Message, Fix string
	Span         source.Span
}

// Kernel is a computation in the process.
type Kernel struct {
	Name    string
	In      []Text
	Out     rel.Object
	OutName string // printed
	Create  Text   // statement that creates Out, empty
	Columns []rel.Column
}

// Load makes a table of a file on this machine, for an engine that reads no files itself. A table of that name is replaced.
type Load struct {
	Path, Format string
	Into         rel.Object
	IntoName     string // printed
	Span         source.Span
}

// Choose picks an option while running.
type Choose struct {
	Name, Why string
	Fact      Text // "" when nothing is asked
	Options   []Option
	Quiet     bool // nobody is told
}

// Option is one alternative of a Choose.
type Option struct {
	Name   string
	AtMost int64
	Needs  string
	Body   []Stmt
}

// Publish holds the statements of one atomic publish, to be run in one transaction where the engine has such DDL.
type Publish struct{ Statements []SQL }

func (*SQL) stmt()     {}
func (*Load) stmt()    {}
func (*Loop) stmt()    {}
func (*Assert) stmt()  {}
func (*Kernel) stmt()  {}
func (*Choose) stmt()  {}
func (*Publish) stmt() {}
