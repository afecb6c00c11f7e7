package diag

// Codes of references and meaning.
const (
	RDuplicate            Code = "R001"
	RUnknownIDType        Code = "R002"
	RUnknownEntity        Code = "R003"
	RUnknownPath          Code = "R004"
	RWrongKind            Code = "R005"
	RUnknownModelType     Code = "R006"
	REntityWithoutIDTypes Code = "R007"
	RCycle                Code = "R008"
	RUnknownVar           Code = "R009"
	RVarOutOfScope        Code = "R010"
	RNotAggregate         Code = "R011"
	RAggregateNotAllowed  Code = "R012"
	RNoIDs                Code = "R013"
	RUnusedStitcher       Code = "R014"
	RWindowMismatch       Code = "R015"
	RFileMissing          Code = "R016"
	RDuplicateColumn      Code = "R017"
	RCSV                  Code = "R018"
	RUnknownColumn        Code = "R019"
	RBadTableName         Code = "R020"
	RNoEdges              Code = "R021"
	RDeRef                Code = "R022"
	RExcludeMeaning       Code = "R023"
	RMissingTable         Code = "R024"
	RDisabled             Code = "R025"
	RContract             Code = "R026"
	RMustHave             Code = "R027"
	RNotRun               Code = "R028"
	RRegex                Code = "R029"
	RLimitNowhere         Code = "R030"
	RRulesTable           Code = "R031"
	RNoDefaultGrain       Code = "R032"
	RCoarseDefaultGrain   Code = "R033"
	RCheck                Code = "R036"
	RMerge                Code = "R042"
	RMergeWrong           Code = "R043"
	RMergeUnused          Code = "R044"
	RGuard                Code = "R050"
	RDecision             Code = "R055"
)

var modelInfos = []Info{
	{RDuplicate, "declared twice", "Two declarations have one path or name. Paths ignore letter case. Rename one of them."},
	{RUnknownIDType, "unknown id type", "An id type is used that pb_project.yaml does not declare under id_types. Declare it there, or correct the name."},
	{RUnknownEntity, "unknown entity", "An entity is used that pb_project.yaml does not declare under entities."},
	{RUnknownPath, "unknown path", "A path names no input, model, cohort or var of the project. Paths look like inputs/x, models/x, user/all, user/all/x."},
	{RWrongKind, "path of the wrong kind", "The path exists but names something that cannot be used here, such as a cohort where rows are read."},
	{RUnknownModelType, "misspelt model type", "model_type is none of those this version knows, and close to one of them. One that is unlike them all may come with a Python package: it is not run (R028)."},
	{REntityWithoutIDTypes, "entity without id types", "An entity needs at least one id type, or nothing could ever belong to it."},
	{RCycle, "cycle", "Things that need each other in a circle can never be computed. Break the circle at one of the places shown."},
	{RUnknownVar, "unknown var", "A template refers to a var or column object that does not exist."},
	{RVarOutOfScope, "var not visible here", "A var of another entity, of a child cohort or of a source that is not the var's from cannot be used at this place."},
	{RNotAggregate, "neither aggregate nor window function", "A var with from gives one value per entity: its select must aggregate the rows, or be a window function with a window block."},
	{RAggregateNotAllowed, "aggregate not allowed", "A derived var, a filter or an id is computed row by row and cannot aggregate."},
	{RNoIDs, "source without ids of the entity", "Rows can only be counted for an entity if the source declares an id of it."},
	{RUnusedStitcher, "stitcher not referenced", "An id_stitcher that its entity does not name is built but not used; the entity uses its default stitcher."},
	{RWindowMismatch, "window block and select do not fit", "A window block needs a window function or an aggregate in select, and a window function needs a window."},
	{RFileMissing, "file not found", "A file that the project names is not there. Paths are relative to the project folder."},
	{RDuplicateColumn, "two columns of one name", "An output would have two columns of the same name."},
	{RCSV, "csv file cannot be read", "A csv input has ragged rows, no header or a cell that cannot be read."},
	{RUnknownColumn, "unknown column", "A column is used that its source does not have."},
	{RBadTableName, "table name cannot be read", "A table is named by one to three parts with dots between, each plain or in quotes."},
	{RNoEdges, "no ids to stitch", "A stitcher's edge source declares no id of the stitched entity."},
	{RDeRef, "reference cannot be resolved", "DeRef names something that cannot be read as a table here."},
	{RExcludeMeaning, "exclude applies to the whole condition", "An exclude filter with AND or OR at its top is negated as a whole. Reference SQL negated only its first term."},
	{RMissingTable, "table not found", "An input names a table that the warehouse does not have. Seed it, correct the name, or mark the input optional."},
	{RContract, "contract broken", "An input promises a column under contract.with_columns that its table does not have."},
	{RMustHave, "must-have model left out", "A model with enable_status must_have cannot take part, because something it needs is missing or switched off."},
	{RNotRun, "model not run", "This version reads models of this type but does not run them. What cannot do without the model is left out."},
	{RRegex, "regular expression cannot be read", "A filter's regular expression has a mistake. Expressions are those of RE2; they match the whole id."},
	{RLimitNowhere, "limit of edges that cannot be", "maximum_edges limits edges between two id types that no entity has both of, or maximum_per_cluster ids of a type that the entity has not, so it can never hold. Add the id type to the entity, or take the limit away."},
	{RRulesTable, "table of rules cannot be used", "id_stitcher_rules names a table that the warehouse does not have, or one without the columns of a rule: entity, id1, id1_type and action; for edges id2 and id2_type; reason and created_at if you like."},
	{RNoDefaultGrain, "no default time grain", "A project that uses time_grain says under default_time_grain, in pb_project.yaml, what holds for all that states none. From schema 88 on it has to."},
	{RCoarseDefaultGrain, "default time grain too coarse", "Nothing can be built more often than the rest of the project: default_time_grain is the finest grain in use, or a finer one."},
	{RCheck, "check cannot be made", "A check or a freshness asks for what cannot be told: of something that is not built by itself, of an input's last publish, of a time that the input does not name."},
	{RMerge, "merge that cannot be", "A merge is an aggregate over the values of its own var, {{rowset.<var>}}. It may use vars that stand before it in the same var group, such as <var>_by_param, which keeps what the value is ordered by; one that is not there cannot be merged by."},
	{RMergeWrong, "merge gives another value", "Merging values of parts in this way gives another value than all rows together. The right merge follows from select: a count is merged by sum; an average, a median or a number of distinct values by nothing."},
	{RMergeUnused, "merge or promise without use", "A merge is used for sources that promise is_append_only and have an occurred_at_col, and for vars that read them. Elsewhere values are computed from all rows."},
	{RGuard, "guard without a meaning", "Two guards of an identity graph contradict each other, or one of them can never do anything: valid_for needs a time on rows, unique already is a limit in a cluster."},
	{RDecision, "decision without effect", "Somebody decided that two ids belong together, or do not, and the project has no graph that could follow: the entity lacks the type of one of them, or joins no ids at all."},
	{RDisabled, "disabled", "A node takes no part in the run, because something it needs is missing or switched off."},
}
