package diag

// Codes of files and YAML, and of the shape of documents.
const (
	YNoProject       Code = "Y001"
	YTooLarge        Code = "Y002"
	YSyntax          Code = "Y003"
	YUnquoted        Code = "Y004"
	YTab             Code = "Y005"
	YEncoding        Code = "Y006"
	YControl         Code = "Y007"
	YDuplicateKey    Code = "Y008"
	YKey             Code = "Y009"
	YDocuments       Code = "Y010"
	YAlias           Code = "Y011"
	YExpansion       Code = "Y012"
	YMerge           Code = "Y013"
	YFolderMissing   Code = "Y014"
	YFolder          Code = "Y015"
	YLink            Code = "Y016"
	SUnknownKey      Code = "S001"
	SMissingKey      Code = "S002"
	SWrongType       Code = "S003"
	SNotAllowed      Code = "S004"
	SDuplicateName   Code = "S005"
	SDuplicateGroup  Code = "S006"
	SNoEffect        Code = "S007"
	SOldName         Code = "S008"
	SOldPlace        Code = "S009"
	SChoice          Code = "S010"
	SSchemaOld       Code = "S011"
	SSchemaNew       Code = "S012"
	SWindowTerm      Code = "S013"
	SDuration        Code = "S014"
	SName            Code = "S015"
	SNoSelect        Code = "S016"
	SWrittenTwice    Code = "S017"
	SReservedName    Code = "S018"
	SFormerMechanism Code = "S019"
	SRemoved         Code = "S020"
	SQuoted          Code = "S021"
	SUntimed         Code = "S022"
)

var specInfos = []Info{
	{YNoProject, "no project here", "The folder has no pb_project.yaml, so it is not a project. Run the command in the project's folder, name the folder with -p, or make a new project with kith init pb-project."},
	{YTooLarge, "file too large", "A YAML file is larger than 16 MB. Definitions are never that large: split the file, and keep data in the warehouse."},
	{YSyntax, "not valid YAML", "The file cannot be read as YAML. Look at the line shown and at the one above it: indentation, an unclosed quote or bracket, or a value that needs quotes."},
	{YUnquoted, "template without quotes", "A value that begins with {{ or {% is a map to YAML, not text. Put the whole value in quotes."},
	{YTab, "tab as indentation", "YAML allows only spaces as indentation. Replace the tab, and let your editor insert spaces in YAML files."},
	{YEncoding, "not UTF-8", "The file holds bytes that are not UTF-8. Save it as UTF-8."},
	{YControl, "control character", "The file holds a control character, often NUL from a broken copy. Remove it, or write it as an escape such as \\x00 in a double-quoted value."},
	{YDuplicateKey, "key written twice", "A map holds the same key twice, so one of the values would be lost. Keep one of them; for a second item begin a new \"- \"."},
	{YKey, "key is not text", "A map or a list stands where a key is expected. Quote it if text or a template is meant."},
	{YDocuments, "several documents in one file", "A line with --- begins a second YAML document, which is not read. Remove the line, or put what follows it in a file of its own."},
	{YAlias, "alias without an anchor", "An alias (*name) has no anchor (&name) before it in the same file, or stands inside its own anchor. Anchors do not reach over files."},
	{YExpansion, "aliases expand too far", "Aliases of values that themselves hold many aliases expand to more than a million values. Reuse smaller pieces."},
	{YMerge, "merge of what is no map", "The merge key << takes an alias of a map, a map, or a list of those."},
	{YFolderMissing, "model folder does not exist", "model_folders names a folder that is not there. It is passed over. Create it, or remove it from the list."},
	{YFolder, "not a folder of the project", "An entry of model_folders is a file, or leads out of the project. Name a folder inside of the project, relative to pb_project.yaml."},
	{YLink, "link not followed", "A symbolic link in a model folder leads out of the project, to nothing, or to a folder. Such links are not followed: copy the file, or list its folder in model_folders."},
	{SUnknownKey, "unknown key", "The key does not exist in this place. It may be misspelt, or belong one level higher or lower; the fix names the nearest key that exists."},
	{SMissingKey, "required key missing", "An object lacks a key that it cannot do without. A key with an empty value counts as missing."},
	{SWrongType, "wrong type of value", "The value is a map, list or scalar where something else is expected, or not a number or truth value."},
	{SNotAllowed, "value not allowed", "The key takes one of a few words, or numbers within bounds, and this is none of them. The fix names the nearest, or lists them."},
	{SDuplicateName, "name defined twice", "Two objects of one kind have the same name, so that a reference would be ambiguous. Rename or remove one; references to inputs and models do not tell upper from lower case."},
	{SDuplicateGroup, "var group name used twice", "Two var groups have the same name. Both are read. Rename one, so that messages and documents tell them apart."},
	{SNoEffect, "no effect in this version", "The key belongs to the language and is accepted, but nothing in this version acts on it. It is reported once for each kind of object."},
	{SOldName, "older name of a key", "The key is an older spelling that still works. The fix gives the one in use; both at once are an error."},
	{SOldPlace, "keys directly under an input", "Table, ids and time column of an input belong under app_defaults. Directly under the input they are accepted, as in old projects."},
	{SChoice, "exactly one of several keys", "Of a group of keys exactly one has to be written: none leaves out what is needed, two contradict each other. Of what a check promises, one or more. A cohort with neither of its two filters is what it extends once more, which is allowed and warned of."},
	{SSchemaOld, "schema version older than known", "The project's schema is older than the oldest one known here. It is read as if it were that one."},
	{SSchemaNew, "schema version newer than known", "The project's schema is newer than the newest one known here. It is read as if it were that one; keys added since are reported as unknown."},
	{SWindowTerm, "window terms are SQL text", "The items of partition_by and order_by are SQL expressions, each one a string. Maps such as {column: x, desc: true} are not part of the language."},
	{SDuration, "not a duration", "A duration is a number with a unit, or several: 90s, 15m, 24h, 720h0m0s. There is no unit for days: write 24h."},
	{SName, "name is not an identifier", "Names become columns, tables, parts of paths and words in templates. Letters, digits and underscores, not beginning with a digit, work everywhere; other names need care or fail later."},
	{SNoSelect, "var computes nothing", "A var needs select, the expression that computes it. Only a var that is nothing but a default_value may leave it out."},
	{SWrittenTwice, "written twice in two ways", "The same thing is written under its old and its new name, or in its old and its new place. Keep the new one."},
	{SReservedName, "reserved name", "The name means something in every template (this, warehouse), so an object of that name could never be reached. Choose another."},
	{SFormerMechanism, "former way to write it", "The key is how older schemas asked for what another key does now. It is read as that key. The command kith migrate auto writes the project in the current form."},
	{SRemoved, "key removed from the language", "Older schemas have the key, the current one does not. It is read without effect; remove it, by hand or with kith migrate auto."},
	{SQuoted, "number or truth value in quotes", "In quotes a value is text, and Profiles refuses text where it wants a number, true or false. It can mean only one thing here, so it is read as that. Remove the quotes."},
	{SUntimed, "rows without a time count", "Up to schema 62 include_untimed: false left out all rows without a time. Such rows always count today. To leave them out, give each input with a time a where that says so."},
}
