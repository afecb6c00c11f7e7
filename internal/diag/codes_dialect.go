package diag

// Codes of dialects: what an engine cannot do.
const (
	DNoFiles     Code = "D001"
	DStarExcept  Code = "D002"
	DValue       Code = "D003"
	DInString    Code = "D004"
	DIgnoreNulls Code = "D006"
	DIdentifier  Code = "D008"
)

var dialectInfos = []Info{
	{DNoFiles, "engine cannot read files", "An input reads a file on this machine, and the warehouse of the target cannot. Load the file into a table (kith seed) and name the table, or run on DuckDB."},
	{DStarExcept, "columns behind a star are not known", "A relation takes all columns but some, the engine has no word for that, and the columns are not known while compiling. Name the columns."},
	{DValue, "value cannot be written as SQL", "A text holds a NUL character or bytes that are no UTF-8, or a time lies outside the years 1 to 9999. No engine stores it. Correct the value."},
	{DInString, "reference inside a string", "A reference to a var or a column stands between quotes, where SQL sees only letters. Take the quotes away."},
	{DIgnoreNulls, "engine has no IGNORE NULLS", "A window function asks to skip NULLs and the engine cannot. Filter the NULLs out in where, or order them last."},
	{DIdentifier, "name cannot be written as SQL", "A name is empty or holds a NUL character. No engine accepts it. Choose another name."},
}
