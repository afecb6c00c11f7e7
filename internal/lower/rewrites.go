package lower

import "slices"

// Rewrite is a way of computing something that is not the plain one and gives the same rows. Each can be switched off, to see
// what it is good for, or to get on when one is suspected.
type Rewrite string

// The rewrites.
const (
	// FuseFeatures computes all features of one source in one pass over it.
	FuseFeatures Rewrite = "fuse_features"
	// FirstAsExtreme computes first_value and last_value over a whole partition as arg_min and arg_max.
	FirstAsExtreme Rewrite = "first_value_as_arg_min"
	// ReadVarTables reads the var table of a cohort as a whole where it is there in time, instead of the bundles it is made of.
	ReadVarTables Rewrite = "read_var_tables"
	// KeepVarTables keeps a finished var table when features come, and makes a view over it and a table of what is new.
	KeepVarTables Rewrite = "keep_var_tables"
	// SplitPasses computes features for a part of the entities at a time when memory does not do for all.
	SplitPasses Rewrite = "split_passes"
	// SolveInProcess finds the people of the graph in the process, while its ids fit into memory, instead of in SQL.
	SolveInProcess Rewrite = "solve_in_process"
	// ExtendGraphs begins with the identity graph of an earlier run: reads what came since and solves what that touches.
	ExtendGraphs Rewrite = "extend_graphs"
)

// Rewrites are all rewrites with what each does, as help shows them.
var Rewrites = []struct {
	Name Rewrite
	Does string
}{
	{FuseFeatures, "compute all features of one source in one pass over it"},
	{FirstAsExtreme, "compute first_value and last_value over all rows as arg_min and arg_max"},
	{ReadVarTables, "read a finished var table instead of the bundles it is made of"},
	{KeepVarTables, "keep a var table when features come, and make only what is new beside it"},
	{SplitPasses, "compute features for a part of the entities at a time when memory runs out"},
	{SolveInProcess, "find connected ids in the process instead of in SQL"},
	{ExtendGraphs, "begin with the identity graph of an earlier run instead of anew"},
}

// without reports whether a rewrite is switched off.
func (l *lowering) without(r Rewrite) bool { return slices.Contains(l.ctx.Without, r) }
