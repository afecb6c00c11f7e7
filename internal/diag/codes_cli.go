package diag

// Codes of the command line.
const (
	DUnknown  Code = "D009"
	DReadOnly Code = "D010"
	UFlag     Code = "C014"
	UMissing  Code = "C015"
	UTruth    Code = "C016"
	UNoID     Code = "C017"
	UManyIDs  Code = "C018"
	UImport   Code = "C019"
)

var cliInfos = []Info{
	{DUnknown, "unknown dialect", "The dialect given with --dialect is none that kith can write. The message lists those it can."},
	{DReadOnly, "dialect that is read and not written", "SQL of this dialect is checked and rewritten for the embedded engine, so the project compiles; statements in the dialect itself cannot be written by this version."},
	{UFlag, "wrong value of a flag", "A flag of the command line has a value that it cannot have, or two flags do not go together."},
	{UMissing, "flag missing", "A value that would be asked for on a terminal was not given as a flag, and there is no terminal to ask on. The message names the flags."},
	{UTruth, "file of ids not usable", "A file of ids has mistakes. One of the clusters they truly belong to, given with --truth, names id and cluster in its header, and may name id_type; every row has an id and a cluster. One of ids whose clusters are to be shown, given with --seed_clusters_csv, names id and id_type."},
	{UNoID, "no such id", "The identity graph has no such id. It may be of another type, stand in a run that was not looked at, or be taken away by a filter of its type; the message says what is known without showing other ids."},
	{UManyIDs, "several ids of that value", "An id with this value is there as ids of several types, or in the graphs of several entities. The message says how to name the one that is meant."},
	{UImport, "main ids not usable", "A file or table of main ids for kith id import has mistakes, or the ids come too late: graphs that were published have ids of their own, which are carried on. It needs a column for main ids (main_id, or the entity's own name of it), one for ids (other_id, id or node_id) and one for their types (other_id_type, id_type or node_id_type); every row has all three, types are those of the entity, and an id has one main id."},
}
