package rel

import (
	"time"

	"kith/internal/source"
	"kith/internal/sqltext"
)

// Type is a type that every engine has. User types (column_data_type) travel as UserType text.
type Type int

// The types. Timestamp has no zone and means UTC.
const (
	Unknown Type = iota
	Text
	BigInt
	Double
	Bool
	Timestamp
	Date
	JSON
)

// Expr is an expression: the structs of this file and no other.
type Expr interface{ expr() }

// Col is a column of the source under alias Of ("" when there is only one source and no doubt).
type Col struct{ Of, Name string }

// Lit is a literal: string, int64, float64, bool, time.Time (UTC) or nil.
type Lit struct{ Value any }

// TextTime is a time printed inside a user's string literal with a Go layout, without quotes.
type TextTime struct {
	Time   time.Time
	Layout string
}

// Func applies a function of the closed table Fn.
type Func struct {
	Fn   Fn
	Args []Expr
}

// Agg applies an aggregate of the closed table AggFn. Filter is nil or the condition a row must pass.
type Agg struct {
	Fn       AggFn
	Args     []Expr
	Distinct bool
	Filter   Expr
	// OrderBy is the order of FirstRow, at least one term; empty for every other aggregate.
	OrderBy []Order
}

// Win applies a window function or an aggregate over a window.
type Win struct {
	Fn   WinFn
	Args []Expr
	Over Window
}

// Window is what stands in OVER. Frame Full is "rows between unbounded preceding and unbounded following".
type Window struct {
	PartitionBy []Expr
	OrderBy     []Order
	Frame       Frame
}

// Frame is the frame of a window.
type Frame int

// The frames: NoFrame prints none.
const (
	NoFrame Frame = iota
	Full
)

// Op is an n-ary or binary operator: "and", "or", "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "||",
// "is distinct from", "is not distinct from".
type Op struct {
	Op   string
	Args []Expr
}

// Not negates.
type Not struct{ X Expr }

// IsNull tests for NULL; Negate makes it IS NOT NULL.
type IsNull struct {
	X      Expr
	Negate bool
}

// Case is CASE WHEN ... THEN ... ELSE ... END; Else nil gives NULL.
type Case struct {
	Whens []When
	Else  Expr
}

// When is one branch of a Case.
type When struct{ If, Then Expr }

// Cast converts to a type. UserType, when its text is not empty, wins over Type and is printed as the user wrote it.
type Cast struct {
	X        Expr
	Type     Type
	UserType source.Text
}

// InList tests membership in literals.
type InList struct {
	X      Expr
	List   []Expr
	Negate bool
}

// InRel tests membership in the single column of a relation; NULLs in the relation are ignored (never "not in NULL").
type InRel struct {
	X      Expr
	Rel    Rel
	Negate bool
}

// Scalar is the value of a relation of one row and one column.
type Scalar struct{ Rel Rel }

// RelExpr stands for a relation where a user's text names one.
type RelExpr struct{ Rel Rel }

// Raw is text that is printed as it stands inside a user's string or query (a value a template computed).
type Raw struct{ Text source.Text }

// User is an expression that the user wrote.
type User struct {
	Tree *sqltext.Tree
	// Of is the alias that unqualified columns of the text belong to; "" leaves them unqualified. Columns whose first part
	// is a key of Aliases are qualified with its value instead of what was written.
	Of      string
	Aliases map[string]string
	// Holes[i] is what hole i stands for.
	Holes []Expr
	// Filter, when set, is put as FILTER (CASE where the engine has none) on every aggregate call outside OVER, joined by
	// AND with a filter of its own.
	Filter Expr
	// Over, when set, is put on every aggregate or window call without OVER. first_value, last_value and nth_value get the
	// full frame when neither Over nor the text gives one.
	Over *UserWindow
}

// UserWindow is a window made of ours and the user's parts: partition keys of ours first.
type UserWindow struct {
	PartitionBy []Expr
	OrderBy     []Order // Expr may be *User
	// Frame is the user's frame clause; empty for none.
	Frame source.Text
	// Settle makes the argument of functions that look at one row (first_value, lag ...), and of calls over a frame of rows,
	// one more order term, so that rows of equal place give the same value whichever the engine sees first. SettleDesc is its
	// direction. A NULL never wins over a value.
	Settle, SettleDesc bool
}

func (*Col) expr()      {}
func (*Lit) expr()      {}
func (*TextTime) expr() {}
func (*Func) expr()     {}
func (*Agg) expr()      {}
func (*Win) expr()      {}
func (*Op) expr()       {}
func (*Not) expr()      {}
func (*IsNull) expr()   {}
func (*Case) expr()     {}
func (*Cast) expr()     {}
func (*InList) expr()   {}
func (*InRel) expr()    {}
func (*Scalar) expr()   {}
func (*RelExpr) expr()  {}
func (*Raw) expr()      {}
func (*User) expr()     {}

// Fn is a scalar function that every dialect must print.
type Fn string

// The scalar functions.
const (
	Coalesce       Fn = "coalesce"
	NullIf         Fn = "nullif"
	Concat         Fn = "concat" // NULL if any is NULL
	Lower          Fn = "lower"
	Trim           Fn = "trim"
	Left_          Fn = "left"             // left(text, n)
	SHA1Hex        Fn = "sha1_hex"         // lower-case hex of the SHA-1 of UTF-8 text
	Hash64         Fn = "hash64"           // BIGINT hash of a text and an integer seed: hash64(text, seed)
	Bucket         Fn = "bucket"           // number of the bucket, from 0, that a text falls into: bucket(text, count of buckets)
	RegexFullMatch Fn = "full_match"       // whole text matches the pattern: full_match(text, pattern)
	Least          Fn = "least"            // skips NULLs
	Greatest       Fn = "greatest"         // skips NULLs
	ToTimestamp    Fn = "to_utc_timestamp" // any date or time value as a timestamp without zone, in UTC
	ByBytes        Fn = "by_bytes"         // the same text, which compares by its bytes
	CharLength     Fn = "char_length"      // how many characters a text has
	Later          Fn = "later"            // a timestamp and a number of microseconds after it: later(timestamp, number)
	Now            Fn = "now"              // the clock of the warehouse at this moment, as a timestamp without zone, in UTC
)

// The functions of package normal, the same on every engine whatever its version and locale. The last two are NULL of a text that
// is none.
const (
	TrimSpaces   Fn = "trim_spaces"
	LowerCase    Fn = "lower_case"
	PlainLetters Fn = "plain_letters"
	EmailAddress Fn = "email_address"
	PhoneNumber  Fn = "phone_number" // phone_number(text, country, trunk), each literal; country may be empty
)

// AggFn is an aggregate.
type AggFn string

// The aggregates. All skip rows whose argument is NULL, except CountStar and FirstRow.
const (
	CountStar AggFn = "count_star"
	Count     AggFn = "count"
	Min       AggFn = "min"
	Max       AggFn = "max"
	// LeastOf and GreatestOf are min and max of values of any type that has an order, which some engines have not for truth or JSON.
	LeastOf    AggFn = "least_of"
	GreatestOf AggFn = "greatest_of"
	Sum        AggFn = "sum"
	AnyValue   AggFn = "any_value"
	BoolOr     AggFn = "bool_or"
	BoolAnd    AggFn = "bool_and"
	// FirstRow is the value on the first row in OrderBy, NULL or not; NULL over no rows.
	FirstRow AggFn = "first_row"
)

// WinFn is a window function.
type WinFn string

// The window functions.
const (
	RowNumber WinFn = "row_number"
	Rank      WinFn = "rank"
	WinMin    WinFn = "min"
	WinCount  WinFn = "count"
)

// Convenience constructors keep lowering readable.

// C is a column of an alias.
func C(of, name string) *Col { return &Col{of, name} }

// S, I and N are literals.
func S(s string) *Lit { return &Lit{s} }

// I is an integer literal.
func I(n int64) *Lit { return &Lit{n} }

// Null is the NULL literal.
func Null() *Lit { return &Lit{nil} }

// Eq compares.
func Eq(a, b Expr) *Op { return &Op{"=", []Expr{a, b}} }

// And joins conditions; nil for none, the condition itself for one.
func And(xs ...Expr) Expr { return fold("and", xs) }

// Or joins conditions like And.
func Or(xs ...Expr) Expr { return fold("or", xs) }

func fold(op string, xs []Expr) Expr {
	var kept []Expr
	for _, x := range xs {
		if x != nil {
			kept = append(kept, x)
		}
	}
	switch len(kept) {
	case 0:
		return nil
	case 1:
		return kept[0]
	}
	return &Op{op, kept}
}

// F applies a function.
func F(fn Fn, args ...Expr) *Func { return &Func{fn, args} }

// NotNull tests for a value.
func NotNull(x Expr) *IsNull { return &IsNull{x, true} }
