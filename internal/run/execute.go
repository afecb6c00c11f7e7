package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/kernel"
	"kith/internal/rel"
	"kith/internal/source"
	"kith/internal/sqltext/portable"
)

// StepError is a statement of a step that failed, with the place of the text that wrote it.
type StepError struct {
	SQL *SQLError // nil when the engine did not say it
	Err error
	// At is the user's place; zero when the statement is ours alone.
	At source.Span
	// Fix is the way out, "" when none is known.
	Fix string
	// Statement is the text that failed.
	Statement dialect.Text
}

// Error is the message of what failed.
func (e *StepError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *StepError) Unwrap() error { return e.Err }

// executor carries out printed statements of one step.
type executor struct {
	conn     Conn
	memory   int64 // bytes the kernels may take
	progress func(text string)
	choice   string
	// objects are what is in the internal schema; nil when that is not known.
	objects *objects
	// counted is the object whose rows are counted: a step makes companions, too. Without it the last table made counts.
	counted rel.Object
	rows    int64
}

func (x *executor) all(ctx context.Context, stmts []dialect.Stmt) error {
	for _, s := range stmts {
		if err := x.one(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (x *executor) one(ctx context.Context, s dialect.Stmt) error {
	switch s := s.(type) {
	case *dialect.SQL:
		return x.sql(ctx, s)
	case *dialect.Load:
		return x.load(ctx, s)
	case *dialect.Loop:
		return x.loop(ctx, s)
	case *dialect.Assert:
		return x.assert(ctx, s)
	case *dialect.Kernel:
		return x.kernel(ctx, s)
	case *dialect.Choose:
		return x.choose(ctx, s)
	case *dialect.Publish:
		return publishTexts(ctx, x.conn, s)
	}
	return fmt.Errorf("run: unknown statement %T", s)
}

func (x *executor) sql(ctx context.Context, s *dialect.SQL) error {
	if c := s.Clear; c != nil && !x.absent(c.Object) {
		t, ok, err := x.conn.Table(c.Object)
		if err != nil {
			return err
		}
		if ok && t.View == c.View {
			if _, err := x.conn.Exec(ctx, c.SQL); err != nil {
				return err
			}
			if s.Makes.Name() == "" { // a drop: what it would drop is gone
				return nil
			}
		}
	}
	n, err := x.conn.Exec(ctx, s.S)
	if outOfMemory(err) && s.Passes != nil {
		n, err = x.passes(ctx, s, err)
	}
	if err != nil {
		return located(err, s.Text)
	}
	if s.Guard && n != 1 {
		return ErrGuard
	}
	x.made(s.Makes)
	if s.Table && (x.counted.Name() == "" || s.Makes.Key() == x.counted.Key()) {
		x.rows = n
	}
	return nil
}

// load makes a table of a file. An error is of the file, which the user named.
func (x *executor) load(ctx context.Context, s *dialect.Load) error {
	loader, ok := x.conn.(Loader)
	if !ok {
		return fmt.Errorf("run: this warehouse cannot load the file %s", s.Path)
	}
	_, err := loader.LoadFile(ctx, s.Path, s.Format, s.Into, true)
	if err == nil {
		x.made(s.Into)
		return nil
	}
	out := &StepError{Err: err, At: s.Span}
	errors.As(err, &out.SQL)
	return out
}

func outOfMemory(err error) bool {
	var sq *SQLError
	return errors.As(err, &sq) && sq.Kind == "out_of_memory"
}

// passCounts are the numbers of passes that are tried when memory is short: some states of aggregates do not spill, but a
// pass keeps only its own share of the groups.
var passCounts = []int{8, 64}

// passes makes the object of a statement that ran out of memory in several passes, each over some of its groups.
func (x *executor) passes(ctx context.Context, s *dialect.SQL, first error) (rows int64, err error) {
	err = first
	for _, n := range passCounts {
		x.progress(fmt.Sprintf("memory is short: %d passes", n))
		rows = 0
		for _, p := range s.Passes(n) {
			var made int64
			if made, err = x.conn.Exec(ctx, p.S); err != nil {
				break
			}
			rows += max(made, 0)
		}
		if err == nil {
			x.choice = fmt.Sprintf("in %d passes", n)
			return rows, nil
		}
		if !outOfMemory(err) {
			return 0, err
		}
	}
	return 0, err
}

// absent reports whether an object is known not to exist, so that nothing has to be asked: most of what a run makes is new.
func (x *executor) absent(o rel.Object) bool {
	return x.objects != nil && o.Space == rel.Internal && !x.objects.has(o)
}

func (x *executor) made(o rel.Object) {
	if x.objects != nil && o.Space == rel.Internal && o.Name() != "" {
		x.objects.add(o)
	}
}

// located gives an engine's error the user's place.
func located(err error, text dialect.Text) error {
	out := &StepError{Err: err, Statement: text}
	if errors.As(err, &out.SQL) && out.SQL.Offset >= 0 {
		if at, ok := text.Within(out.SQL.Offset); ok {
			out.At = word(at)
		}
	}
	return out
}

// word widens the place of a byte to the name that begins there, with its schema or table.
func word(at source.Span) source.Span {
	if at.File == nil {
		return at
	}
	data := at.File.Data
	for end := at.Start; end < len(data); end++ {
		b := data[end]
		if b != '_' && b != '.' && b < 0x80 && (b < '0' || b > '9') && (b|0x20 < 'a' || b|0x20 > 'z') {
			break
		}
		at.End = max(at.End, end+1)
	}
	return at
}

func (x *executor) loop(ctx context.Context, l *dialect.Loop) error {
	for round := 1; round <= l.Max; round++ {
		if err := x.all(ctx, l.Body); err != nil {
			return err
		}
		done, err := x.scalar(ctx, l.Until)
		if err != nil {
			return err
		}
		if done == true {
			return nil
		}
		x.progress(fmt.Sprintf("%s: round %d", l.Name, round+1))
	}
	return fmt.Errorf("%s did not settle in %d rounds; nothing was kept", l.Name, l.Max)
}

// scalar runs a query of one row and one column.
func (x *executor) scalar(ctx context.Context, text dialect.Text) (any, error) {
	rows, err := x.conn.Query(ctx, text.S)
	if err != nil {
		return nil, located(err, text)
	}
	defer rows.Close()
	var v any
	if rows.Next() {
		v = rows.Values()[0]
	}
	if err := rows.Err(); err != nil {
		return nil, located(err, text)
	}
	return v, nil
}

func (x *executor) assert(ctx context.Context, a *dialect.Assert) error {
	rows, err := x.conn.Query(ctx, a.Query.S)
	if err != nil {
		return located(err, a.Query)
	}
	defer rows.Close()
	if rows.Next() {
		return &StepError{Err: errors.New(a.Message), Fix: a.Fix, At: a.Span, Statement: a.Query}
	}
	if err := rows.Err(); err != nil {
		return located(err, a.Query)
	}
	return nil
}

func (x *executor) choose(ctx context.Context, c *dialect.Choose) error {
	fact := int64(0)
	if c.Fact.S != "" {
		v, err := x.scalar(ctx, c.Fact)
		if err != nil {
			return err
		}
		n, ok := v.(int64)
		if !ok {
			return fmt.Errorf("run: %s asks for a number, got %T", c.Name, v)
		}
		fact = n
	}
	for i, o := range c.Options {
		if o.AtMost >= 0 && fact > o.AtMost {
			continue
		}
		if _, can := x.conn.(Columnar); o.Needs == "kernel" && !can {
			continue
		}
		before := x.choice
		if !c.Quiet {
			x.choice = o.Name
			if before != "" { // a choice within what was chosen
				x.choice = before + ", " + o.Name
			}
			x.progress(c.Name + ": " + o.Name)
		}
		err := x.all(ctx, o.Body)
		if kernel.IsMemory(err) && i+1 < len(c.Options) {
			x.choice = before
			continue // the estimate was too low; the next option needs less
		}
		return err
	}
	return fmt.Errorf("run: no way to do %s", c.Name)
}

// kernel streams its inputs from the warehouse through the process and the result back.
func (x *executor) kernel(ctx context.Context, k *dialect.Kernel) error {
	col, ok := x.conn.(Columnar)
	if !ok {
		return fmt.Errorf("run: this warehouse cannot run the kernel %s", k.Name)
	}
	if _, err := x.conn.Exec(ctx, k.Create.S); err != nil {
		return located(err, k.Create)
	}
	x.made(k.Out)
	var in []kernel.Source
	for _, q := range k.In {
		in = append(in, func(ctx context.Context, fn func(kernel.Batch) error) error {
			err := col.ReadInts(ctx, q.S, func(b IntBatch) error {
				return fn(kernel.Batch{Cols: b.Cols, Valid: b.Valid})
			})
			if err != nil && !kernel.IsMemory(err) {
				return located(err, q)
			}
			return err
		})
	}
	res, err := kernel.Run(ctx, k.Name, in, kernel.Options{Memory: x.memory})
	if err != nil {
		return err
	}
	x.progress(fmt.Sprintf("%s: %d rows", k.Name, res.Rows))
	return col.WriteInts(ctx, k.Out, k.OutName, func() (IntBatch, error) {
		b, err := res.Next()
		return IntBatch{Cols: b.Cols, Valid: b.Valid}, err
	})
}

// Diagnose turns a failed statement into a diagnostic at the user's place.
func Diagnose(err error, title string) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Code: diag.WStatement}
	var se *StepError
	if errors.As(err, &se) {
		d.At, d.Fix = se.At, se.Fix
	}
	var sq *SQLError
	if !errors.As(err, &sq) {
		d.Message = title + ": " + err.Error()
		return d
	}
	d.Message = title + ": " + portable.Message(sq.Message)
	if sq.Masked != "" {
		d.Masked = title + ": " + portable.Message(sq.Masked)
	}
	d.Fix = portable.Hint(sq.Message)
	switch sq.Kind {
	case "missing_table":
		d.Code = diag.WMissingTable
	case "missing_column":
		d.Code = diag.WMissingColumn
	case "conversion":
		d.Code = diag.WConversion
		d.Fix = "use try_cast(... as <type>) to get NULL for values that do not fit"
	case "locked":
		d.Code = diag.WLocked
		d.Fix = "wait for the other process or end it; a DuckDB file has one writer at a time"
	case "disk_full":
		d.Code = diag.WDiskFull
		d.Fix = "free disk space, or set temp_directory of the connection to a larger disk; run again to go on"
	case "out_of_memory":
		d.Code = diag.WMemory
		d.Fix = "raise memory_limit of the connection, or give it a temp_directory to spill to"
	case "permission":
		d.Code = diag.WPermission
	case "interrupted":
		d.Code = diag.WInterrupted
	case "connection":
		d.Code = diag.WConnection
	}
	if len(sq.Candidates) > 0 && d.Fix == "" {
		d.Fix = "did you mean \"" + portable.Message(sq.Candidates[0]) + "\"?"
	}
	if d.Fix == "" && strings.Contains(sq.Message, "Function with name") {
		d.Fix = "the engine has no function of that name: write it with others"
	}
	return d
}
