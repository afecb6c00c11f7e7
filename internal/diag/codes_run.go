package diag

// Codes of warehouse and run.
const (
	WStatement     Code = "W001"
	WMissingTable  Code = "W002"
	WMissingColumn Code = "W003"
	WConversion    Code = "W004"
	WLocked        Code = "W005"
	WDiskFull      Code = "W006"
	WMemory        Code = "W007"
	WPermission    Code = "W008"
	WInterrupted   Code = "W009"
	WForeign       Code = "W010"
	WCatalogNote   Code = "W011"
	WSeqNo         Code = "W012"
	WTime          Code = "W013"
	WSeed          Code = "W014"
	WQuery         Code = "W015"
	WLease         Code = "W020"
	WLeaseLost     Code = "W021"
	WShape         Code = "W022"
	WGone          Code = "W023"
	WNewer         Code = "W024"
	WUndropped     Code = "W025"
	WCheck         Code = "W026"
	WStale         Code = "W027"
	WReport        Code = "W030"
	WLineage       Code = "W031"
	WConnection    Code = "W040"
	WPlanMoved     Code = "W041"
	WBreaker       Code = "W045"
)

var runInfos = []Info{
	{WStatement, "statement failed", "The warehouse refused a statement. The message is its own; the place is the text of the project that wrote the statement."},
	{WMissingTable, "table not found", "A statement reads a table that the warehouse does not have or may not show."},
	{WMissingColumn, "column not found", "A statement names a column that its table does not have."},
	{WConversion, "value does not fit", "A value could not be cast. Values are masked unless --show-values is given."},
	{WLocked, "warehouse in use", "Another process holds the DuckDB file. One process writes at a time."},
	{WDiskFull, "disk full", "There is no space left for the database or for what does not fit in memory. Nothing was published."},
	{WMemory, "out of memory", "A statement needs more memory than the limit and could not spill. Nothing was published."},
	{WPermission, "not allowed", "The user of the connection lacks a privilege."},
	{WInterrupted, "interrupted", "The run was stopped. What was published before stays; the next run with this seq no goes on where it stopped."},
	{WForeign, "name taken by something else", "A table or view of that name exists that kith did not make. It is not replaced."},
	{WCatalogNote, "table found elsewhere", "A table named with a database is read from the warehouse file, since no database of that name is attached."},
	{WSeqNo, "no such seq no", "The sequence number is not in the registry of this warehouse."},
	{WTime, "time cannot be read", "Times are RFC 3339 in UTC (2026-06-30T00:00:00Z) or Unix seconds."},
	{WSeed, "file cannot be loaded", "A file could not be loaded into the warehouse."},
	{WQuery, "query failed", "The warehouse refused the query."},
	{WLease, "another run is working", "One run writes in a schema at a time. The message names who holds the lease; a holder that died is passed over when its lease ends."},
	{WLeaseLost, "lease lost", "The run was not heard of for longer than its lease lasts, and another run has begun. It published nothing."},
	{WShape, "published table has another shape", "Names are published into tables that stay, and a column has another type than before, which cannot change in one step."},
	{WGone, "material is gone", "An earlier publish shows materials that have been cleaned up. Nothing has changed."},
	{WNewer, "a newer kith was here", "The tables of kith in the internal schema were written by a newer version."},
	{WUndropped, "material not dropped", "A cleanup met a table or view that the warehouse would not drop: most often a view that kith did not make reads it. Everything else went; this goes with the next cleanup."},
	{WCheck, "check failed", "What a check promises of an object is not so. As an error it kept the run from publishing anything; as a warning (on_failure: warn) it is only shown. The command shows the rows that fail."},
	{WStale, "data too old", "The newest row of an input is older than its freshness allows. As an error it ended the run before anything was built. Load newer rows, or run with an earlier --end_time."},
	{WReport, "no report", "The report of a run could not be written, or there is none yet. The run itself is not touched by that."},
	{WLineage, "lineage not received", "OpenLineage events could not be written or sent. The run itself is not touched by that; a receiver that failed is not tried again in the same run."},
	{WConnection, "no connection to the warehouse", "The server cannot be reached, lets nobody in at the moment, or the connection broke while something ran. What was published before stays; the next run goes on where this one stopped."},
	{WBreaker, "cluster too large", "The largest cluster of an identity graph is beyond a bound of its circuit_breaker: ids of many may have run together through one that they share, such as a kiosk or a placeholder. As an error it kept the run from publishing anything, and the last publish stands; as a warning (on_failure: warn) it is only shown. Bridging ids are those without which the cluster would fall apart; their values are shown with --show-values."},
	{WPlanMoved, "saved plan does not apply", "A saved plan is carried out only as it was shown: with the same version of kith and the same target, and if neither the project nor the warehouse has changed since. Nothing was built. Save the plan again, and look at it."},
}
