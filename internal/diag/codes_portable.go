package diag

// Codes of user SQL that is written in the dialect of another engine than the one that runs it.
const (
	// SQLNotPortable is a construct of a dialect that has no counterpart on the engine of the run.
	SQLNotPortable Code = "Q020"
	// SQLPortableDoubt is a construct that is carried over but may give another result.
	SQLPortableDoubt Code = "Q021"
	// SQLFormatModel is a format of dates or numbers with letters that cannot be translated.
	SQLFormatModel Code = "Q022"
	// SQLDatePart is a part of a date that is none, or cannot be used there.
	SQLDatePart Code = "Q023"
	// SQLDialectGuessed says which dialect was taken for a project that names none.
	SQLDialectGuessed Code = "Q024"
)

var portableInfos = []Info{
	{SQLNotPortable, "no counterpart on this engine", "The project's SQL uses something of its own warehouse that the engine of this run does not have. It is refused rather than run with another meaning. Write it in a way both know, or run on the warehouse itself."},
	{SQLPortableDoubt, "may give another result here", "The SQL is carried over from the dialect of another warehouse, and in one point the result may differ. The fix says how to write it so that both agree."},
	{SQLFormatModel, "format cannot be translated", "A format of dates or numbers holds letters that have no counterpart on the engine of this run. Use the usual ones, such as YYYY-MM-DD HH24:MI:SS."},
	{SQLDatePart, "unknown part of a date", "Functions of dates take a part such as day, week, month or hour. The word is none, or has no meaning in this function."},
	{SQLDialectGuessed, "dialect of the SQL guessed", "Neither the project nor its connection says which SQL the project is written in, so it was taken from the texts. Add dialect: to pb_project.yaml."},
}
