package diag

// Codes of advice: what is accepted and will run, and is probably not what was meant. kith check gives it.
const (
	LLastValue        Code = "L001"
	LClock            Code = "L002"
	LConditionalDeRef Code = "L003"
	LNoID             Code = "L004"
	LEmail            Code = "L005"
	LUnseenVar        Code = "L006"
	LCountDefault     Code = "L007"
	LBareDefault      Code = "L008"
	LTag              Code = "L009"
	LStar             Code = "L010"
	LDbt              Code = "L011"
)

var lintInfos = []Info{
	{LLastValue, "last_value without a frame", "With an order and no frame, SQL's window ends at the current row, so last_value gives the row's own value. In vars kith puts the whole window there and notes it; in the SQL of a model the frame has to be written, or first_value taken in the opposite order."},
	{LClock, "reads the clock", "A run for an earlier end time should give what it gave then. A text that asks for the current time gives something else each day; end_time_sql is the moment that the run is for."},
	{LConditionalDeRef, "DeRef inside a condition", "What a model needs is found by rendering its template. A DeRef in a branch that is not taken is no dependency: with another warehouse or another day the model needs something that has not been built. Dereference first, decide below."},
	{LNoID, "filters that no id can pass", "An id is kept if every include filter matches it and no exclude filter does. Filters that contradict each other keep none, so ids of the type link nobody."},
	{LEmail, "email taken with its capital letters", "Addresses are written in many ways: Ann@x.example, ann@x.example. Unless their case is folded, each spelling is an id of its own and one person becomes several."},
	{LUnseenVar, "var that nobody sees", "The var is computed in each run, and no view shows it, no other var, cohort or model reads it."},
	{LCountDefault, "count without a default", "Whoever has no row at all has no value, not 0: the var is NULL for them, and conditions such as x = 0 do not find them. default_value: 0 says what is meant."},
	{LBareDefault, "default that is read as a column", "default_value is SQL. A word without SQL's quotes is the name of a column, which the run will not find; text needs quotes of its own inside of those of YAML."},
	{LTag, "tag that is not listed", "The project lists its tags under available_tags, and this one is not among them."},
	{LStar, "every column taken into a table", "A model kept as a table selects *, and features are made from it. What columns it has is known only in the run, so none is checked before, and a change upstream passes unseen."},
	{LDbt, "dbt's function in SQL", "ref, source, config and is_incremental are what dbt's templates have. Here models are dereferenced by path."},
}
