package diag

// Codes of user SQL as a text: what can be said of an expression or a query before anyone asks what its columns are.
const (
	// SQLSyntax is SQL that the parser does not accept.
	SQLSyntax Code = "Q001"
	// SQLManyStatements is a text with more than one statement.
	SQLManyStatements Code = "Q002"
	// SQLNotQuery is a statement that returns no rows, where a SELECT is asked for.
	SQLNotQuery Code = "Q003"
	// SQLEmpty is a text with nothing but blanks and comments.
	SQLEmpty Code = "Q004"
	// SQLAlias is an expression that ends in an alias.
	SQLAlias Code = "Q005"
	// SQLManyExpressions is a list where one expression is asked for.
	SQLManyExpressions Code = "Q006"
	// SQLStar is a star where one value is asked for.
	SQLStar Code = "Q007"
	// SQLColon is a single colon between words: a path on some engines, an alias on others.
	SQLColon Code = "Q008"
	// SQLParameter is a parameter mark in a text that nobody can bind values to.
	SQLParameter Code = "Q009"
	// SQLUnclosed is a bracket, quote or comment that is not closed, or a bracket that closes nothing.
	SQLUnclosed Code = "Q010"
	// SQLOpaque says that a text is carried as it stands.
	SQLOpaque Code = "Q011"
	// SQLParserFailed is the parser itself not answering.
	SQLParserFailed Code = "Q012"
	// SQLBytes is a text with bytes that no SQL engine reads.
	SQLBytes Code = "Q013"
	// SQLDirection is ASC, DESC, NULLS or a frame after an expression.
	SQLDirection Code = "Q014"
)

var sqltextInfos = []Info{
	{SQLSyntax, "SQL cannot be read", "The parser stops at the marked word. SQL is read after templates are rendered, so a wrong word may come from a macro or a variable."},
	{SQLManyStatements, "More than one statement", "This key takes one expression or one query. Use multi_sql for scripts, or drop what follows the semicolon."},
	{SQLNotQuery, "Not a query", "This key takes one statement that returns rows: SELECT, WITH ... SELECT, VALUES or FROM ... SELECT."},
	{SQLEmpty, "Empty SQL", "Nothing is left after comments, blanks and templates are taken away. Write an expression, or drop the key."},
	{SQLAlias, "Alias in an expression", "The name of a value comes from the YAML key, so the expression takes no alias. Drop AS and the name."},
	{SQLManyExpressions, "More than one expression", "This key takes one expression, but a comma splits it. Put the call in brackets, or write one key for each expression."},
	{SQLStar, "Star instead of a value", "This key takes one value of one row; a star stands for many columns. Name the column, or count with count(*)."},
	{SQLColon, "Colon between words", "Snowflake reads v:a as a path into v, DuckDB as the column a under the name v. Write v->>'$.a' for the path, a AS v for the name."},
	{SQLParameter, "Parameter in SQL", "Marks such as ? and $1 have no value here. Use a template variable."},
	{SQLUnclosed, "Bracket or quote not closed", "Every bracket, quote and comment that is opened has to be closed, and nothing else. A quote inside a text is written twice."},
	{SQLOpaque, "SQL carried as it stands", "The text could not be read, so it is kept as written: not merged with others, not translated, its columns unknown."},
	{SQLParserFailed, "The SQL parser did not answer", "This is a failure of the program or the machine, not of the project."},
	{SQLBytes, "Unreadable bytes in SQL", "The text has a zero byte or bytes that are no UTF-8. Save the file as UTF-8."},
	{SQLDirection, "Order words after an expression", "ASC, DESC, NULLS FIRST or LAST and frames belong to the terms of order_by, not to this expression."},
}
