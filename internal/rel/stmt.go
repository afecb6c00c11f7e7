package rel

import "kith/internal/source"

// Program is what one step does, in order.
type Program []Stmt

// Stmt is *Let, *Loop, *Merge, *Assert, *Exec, *Kernel, *Publish, *Choose, *Drop, *Rename,
// *Ensure, *AddColumn, *Insert, *Update, *Delete, *Lock,
// *Grant and no other.
type Stmt interface{ stmt() }

// LetKind says what a Let makes.
type LetKind int

// The kinds.
const (
	MakeTable LetKind = iota
	MakeView
)

// Let computes a relation and keeps it under a name, replacing what kith kept there before.
type Let struct {
	Out  Object
	Kind LetKind
	Body Rel
	// Comment and ColumnComments are kept in the warehouse where it can.
	Comment        string
	ColumnComments map[string]string
	// PassKey, when not nil, is a text over the rows of Body (a Select whose groups never span two values of it). When the
	// engine has too little memory for all groups at once, they may be computed in several passes, each over the groups of
	// some values.
	PassKey Expr
}

// Drop removes a table or view of kith's own, if it exists.
type Drop struct{ Object Object }

// Loop runs Body until the scalar boolean of Until is true, at least once, at most Max times. Reaching Max is an error
// that names the loop: nothing is returned from a loop that did not settle.
type Loop struct {
	Name  string
	Body  Program
	Until Rel
	Max   int
}

// Merge upserts Body into Into by Keys: rows with an equal key are replaced.
type Merge struct {
	Into Object
	Keys []string
	Body Rel
}

// Assert fails the step when Query returns a row, with a message and the way out of it ("" for none).
type Assert struct {
	Query        Rel
	Message, Fix string
	Span         source.Span
}

// Exec runs a script of the user.
type Exec struct {
	SQL           *UserQuery
	Reads, Writes []Object
}

// Kernel is a named computation in the process: relations in, a relation out.
type Kernel struct {
	// Name is the entry of the run's kernel table ("components").
	Name string
	In   []Rel
	Out  Object
	// Columns are the columns of Out.
	Columns []Column
}

// Choose runs the first option whose condition holds; the last needs none. The choice is recorded in the run.
type Choose struct {
	// Name is what is chosen ("solver"), Why the rule in words, for the plan.
	Name, Why string
	// Fact is a scalar integer that the conditions look at, computed once; nil when they need none.
	Fact    Rel
	Options []Option
	// Quiet is a choice that nobody is told of: it says nothing about how long a step takes.
	Quiet bool
}

// Option is one alternative.
type Option struct {
	Name string
	// AtMost holds when Fact <= AtMost. A negative AtMost always holds.
	AtMost int64
	// Needs names a capability of the warehouse connection ("kernel"); "" for none.
	Needs string
	Body  Program
}

// Publish makes all its objects visible together or not at all.
type Publish struct{ Views []PublishedView }

// PublishedView is a view in the target space over a material.
type PublishedView struct {
	Name string
	Body Rel
	// Table asks for a physical table.
	Table bool
	// Grows tells that a view of that name is there and that its columns are the first of this one, of the same types.
	Grows          bool
	Comment        string
	ColumnComments map[string]string
}

func (*Let) stmt()     {}
func (*Drop) stmt()    {}
func (*Loop) stmt()    {}
func (*Merge) stmt()   {}
func (*Assert) stmt()  {}
func (*Exec) stmt()    {}
func (*Kernel) stmt()  {}
func (*Choose) stmt()  {}
func (*Publish) stmt() {}

// Ensure makes a table of kith's own when there is none of that name.
type Ensure struct {
	Object  Object
	Columns []Column
	// Rows, when not nil, are the rows of a new table, of the types of its columns. Of several sessions that come at once only one makes the table, so a
	// table of one row has one row.
	Rows Rel
}

// AddColumn adds a column, NULL in every row that is there, to a table that has no column of its name.
type AddColumn struct {
	Table  Object
	Column Column
	// Type, when not "", is the type of the column as the engine's catalog writes it, in place of that of Column.
	Type string
}

// Rename gives a table or view another name in its schema.
type Rename struct {
	Object Object
	To     string
	View   bool
}

// Insert appends the rows of Body, whose columns are Columns in order.
type Insert struct {
	Into    Object
	Columns []string
	Body    Rel
}

// Delete removes the rows of Into for which all conditions hold; columns belong to the alias "t".
type Delete struct {
	Into  Object
	Where []Expr
}

// Update changes the rows of Into for which all conditions hold; columns belong to the alias "t".
type Update struct {
	Into Object
	// Set are the new values, each under the name of its column.
	Set   []Item
	Where []Expr
	// Guard demands that exactly one row is changed: otherwise the statement fails, and the transaction it is part of.
	Guard bool
}

// Lock takes, for the rest of a transaction, the right to replace objects that others read. Where the engine makes readers
// and writers wait for each other it gives up soon, so that readers never wait long and none is made to fail; elsewhere it
// does nothing.
type Lock struct{ Objects []Object }

// Grant lets a role use an object.
type Grant struct {
	Object Object
	// Privilege is one of Privileges. To is the name of a role, "" for everybody.
	Privilege, To string
	// Option lets the role grant it on.
	Option bool
}

// Privileges are those that a Grant may name: what standard SQL has for tables and views, and what Postgres adds.
var Privileges = []string{"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"}

func (*Grant) stmt()     {}
func (*Lock) stmt()      {}
func (*Ensure) stmt()    {}
func (*AddColumn) stmt() {}
func (*Rename) stmt()    {}
func (*Insert) stmt()    {}
func (*Update) stmt()    {}
func (*Delete) stmt()    {}
