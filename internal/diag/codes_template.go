package diag

// The codes of the template engine.
const (
	TemplateSyntax      Code = "T001"
	TemplateUnclosed    Code = "T002"
	TemplateUnknownTag  Code = "T003"
	TemplateUnknownName Code = "T004"
	TemplateNoMember    Code = "T005"
	TemplateNoFilter    Code = "T006"
	TemplateArguments   Code = "T007"
	TemplateNotCallable Code = "T008"
	TemplateRecursion   Code = "T009"
	TemplateLimit       Code = "T010"
	TemplateKind        Code = "T011"
	TemplateNil         Code = "T012"
	TemplateUnwritable  Code = "T013"
	TemplateCallFailed  Code = "T014"
	TemplateReserved    Code = "T015"
	TemplateRefused     Code = "T016"
	TemplateAndOr       Code = "T017"
	TemplateArithmetic  Code = "T018"
	TemplateMacro       Code = "T019"
	TemplateMacroTwice  Code = "T020"
)

var templateInfos = []Info{
	{TemplateSyntax, "template syntax", "The text between {{ }} or {% %} cannot be read; the message says what was expected there. Quotes inside a string need the other kind of quote or a backslash."},
	{TemplateUnclosed, "tag or block not closed", "A {{, {%, {# or a block such as {% if %} has no end, or an end tag has no beginning. Close it, or remove the stray end."},
	{TemplateUnknownTag, "unknown tag", "The word after {% is no tag of the template language. The tags are if, with, set, for, macro, exec, verbatim, comment and a few of Django's."},
	{TemplateUnknownName, "unknown name", "Nothing of this name can be used here: it is no entity, input, macro or variable in scope. Names are case-sensitive. Where a condition asks for the name alone, as in {% if x %} or x|isnil, it is taken as nil, with a warning."},
	{TemplateNoMember, "unknown member", "The object has no member of this name. The message lists the nearest one."},
	{TemplateNoFilter, "unknown filter", "The word after | is no filter. For a logical or write ||."},
	{TemplateArguments, "wrong arguments", "A macro, function or filter was given too few, too many or unknown arguments. Every parameter of a macro is required."},
	{TemplateNotCallable, "not callable", "Parentheses follow a value that is no function or macro. Remove them."},
	{TemplateRecursion, "recursion", "A macro calls itself, directly or through others. Macros cannot recurse: unroll it, or use {% for %}."},
	{TemplateLimit, "template too big", "The template does not end in time, or nests or grows beyond what is allowed. Usually a loop or macros that multiply each other."},
	{TemplateKind, "wrong kind of value", "An operator or filter was given a value it cannot work on. A reference to a column is known only when the SQL runs: compare it in SQL, not in the template."},
	{TemplateNil, "nothing to write", "The value is nil, so there is nothing to write into the SQL. Guard it: {% if !(x|isnil) %} ... {% endif %}, or use the filter default."},
	{TemplateUnwritable, "value cannot be written", "A list or an object stands for itself and has no text. Write one of its members, or join the list."},
	{TemplateCallFailed, "call failed", "A function called by the template reported a mistake; the message is its own."},
	{TemplateReserved, "reserved word", "Words of the form __kith_<number>_hole__ stand for values that are filled in later and cannot be used in a project. Rename it."},
	{TemplateRefused, "refused construct", "The construct would make the text differ from run to run or read files behind the engine's back (random, now, include, ...). Use end_time or this.ReadFile."},
	{TemplateAndOr, "and mixed with or", "The condition mixes and with or without parentheses. It is read as (a and b) or c; other engines of this family read a and (b or c). Add parentheses."},
	{TemplateArithmetic, "arithmetic", "A division by zero or a number that is too large."},
	{TemplateMacro, "macro cannot be defined so", "The name of the macro or of one of its inputs is missing, is no identifier, is reserved, or occurs twice."},
	{TemplateMacroTwice, "macro defined twice", "Two macros have the same name; the later definition is used. Rename or remove one."},
}
