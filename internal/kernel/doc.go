// Package kernel holds the computations that a run does in the process instead of in the warehouse, because there they
// cost a fraction: finding connected components takes one pass here and a loop of joins in SQL.
//
// A kernel takes streams of BIGINT rows and gives one back. It knows no warehouse, no driver and no run: whoever calls it
// brings a Source for each input and pulls batches from the Result. Everything a kernel computes is a function of the set
// of input rows alone, never of their order or batching, so that a parallel scan in any order publishes the same rows.
package kernel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Batch is columns of equal length. Valid[c] is nil when column c has no NULL; otherwise Valid[c][r] is false where row r
// of it is NULL. It has the fields of the batches that connections move, so that one converts to the other for nothing.
type Batch struct {
	Cols  [][]int64
	Valid [][]bool
}

// Len is the number of rows.
func (b Batch) Len() int {
	if len(b.Cols) == 0 {
		return 0
	}
	return len(b.Cols[0])
}

// Source streams one input: it calls fn with each batch until the input ends, and stops at the first error, returning it.
// The batch belongs to the source again when fn returns.
type Source func(ctx context.Context, fn func(Batch) error) error

// Options bound a kernel.
type Options struct {
	// Memory is the most bytes that the kernel's tables may take; 0 means no bound.
	Memory int64
}

// Result is what a kernel computed.
type Result struct {
	// Rows is the number of rows that Next will give in all.
	Rows int64
	// Next returns the next batch, an empty one after the last. The batch is valid until Next is called again.
	Next func() (Batch, error)
}

// MemoryError says that a kernel would need more memory than it may take. The caller falls back to SQL.
type MemoryError struct {
	// Nodes is how many nodes had been seen when memory ran out, not the size of the graph.
	Nodes int64
	// Need and Budget are bytes.
	Need, Budget int64
}

// Error names the two amounts.
func (e *MemoryError) Error() string {
	return fmt.Sprintf("the graph needs more than %d MB of memory in the process (%d nodes so far), %d MB are allowed",
		e.Need>>20, e.Nodes, e.Budget>>20)
}

// IsMemory reports whether err is, or wraps, a MemoryError.
func IsMemory(err error) bool {
	var m *MemoryError
	return errors.As(err, &m)
}

// function is an entry of the table of kernels.
type function struct {
	name string
	run  func(ctx context.Context, in []Source, o Options) (*Result, error)
}

// functions are the kernels by name, in the order of Names.
var functions = []function{
	{"components", func(ctx context.Context, in []Source, o Options) (*Result, error) {
		return runComponents(ctx, in, o, AllNodes)
	}},
	{"components_changed", func(ctx context.Context, in []Source, o Options) (*Result, error) {
		return runComponents(ctx, in, o, ChangedNodes)
	}},
	{"matching", matching},
	{"guarded", runGuarded},
}

// Names are the names that Run accepts.
func Names() []string {
	names := make([]string, len(functions))
	for i, f := range functions {
		names[i] = f.name
	}
	return names
}

// Run reads the inputs one after the other and computes the kernel of that name:
//
//	components          rows of node keys of any width; the non-NULL keys of a row are connected; gives (node, label)
//	                    for every node, label being the smallest key of its component, ordered by node
//	components_changed  the same without the nodes that are their own label
//	matching            rows (rank, a, b), ranks being distinct; takes pairs in the order of ranks, each of which no pair
//	                    taken before has a or b; gives their ranks, in order
//	guarded             edges (number, a, b), marks (node, mark, most) and maybe forbidden pairs (a, b, number): joins the
//	                    edges by ascending number and gives those that it refuses, (a, b, why, found), ordered by a and b;
//	                    see Guarded and Refused
//
// Errors are those of the sources, of ctx, and *MemoryError.
func Run(ctx context.Context, name string, in []Source, o Options) (*Result, error) {
	i := slices.IndexFunc(functions, func(f function) bool { return f.name == name })
	if i < 0 {
		return nil, fmt.Errorf("no kernel %q (there are %s)", name, strings.Join(Names(), ", "))
	}
	return functions[i].run(ctx, in, o)
}

func runComponents(ctx context.Context, in []Source, o Options, which Which) (*Result, error) {
	c := NewComponents(o)
	for _, source := range in {
		if err := pipe(ctx, source, c.Add); err != nil {
			return nil, err
		}
	}
	labels, err := c.Labels(which)
	if err != nil {
		return nil, err
	}
	next := func() (Batch, error) {
		if err := ctx.Err(); err != nil {
			return Batch{}, err
		}
		return labels.Next(), nil
	}
	return &Result{Rows: labels.Rows(), Next: next}, nil
}
