package portable

import (
	"regexp"
	"strings"
)

var macroName = regexp.MustCompile(`\bkith_(sf|rs|bq|dbx)\.`)

// Message takes the schemas of macros out of a message of DuckDB about rewritten text, so that it speaks of the functions
// the user wrote.
func Message(s string) string { return macroName.ReplaceAllString(s, "") }

var (
	noMatch  = regexp.MustCompile(`(?:No function matches the given name and argument types|Could not choose a best candidate function for the function call) ['"]?([^(]+)\(([^)]*)\)`)
	compared = regexp.MustCompile(`Cannot (?:compare|mix) values of type ([A-Z_ ]+?) (?:and type|and|in) ?([A-Z_]*)`)
)

// Hint is the way out of a message of DuckDB's binder about rewritten text: the warehouse the text was written for casts by
// itself where DuckDB wants the cast written. "" when there is nothing to say.
func Hint(s string) string {
	if m := noMatch.FindStringSubmatch(s); m != nil {
		name, types := m[1], m[2]
		if name == "trunc" && strings.Contains(types, "TIMESTAMP") {
			return "cast the time to a date: add ::date to it"
		}
		text := strings.Contains(types, "VARCHAR") || strings.Contains(types, "STRING_LITERAL")
		switch {
		case text && (strings.Contains(types, "INTERVAL") || timeFunctions[name]):
			return "cast the text to a time: add ::timestamp or ::date to it"
		case text && numberFunctions[name]:
			return "cast the text to a number: add ::number or ::float to it"
		case resultTypes[name] == isText || name == "length" || name == "contains" || name == "starts_with":
			return "cast what is no text: add ::varchar to it"
		}
		return ""
	}
	if m := compared.FindStringSubmatch(s); m != nil && (m[1] == "VARCHAR" || m[2] == "VARCHAR") {
		other := m[1] + m[2]
		if strings.Contains(other, "DATE") || strings.Contains(other, "TIME") {
			return "cast the text to a time: add ::timestamp or ::date to it"
		}
		return "cast the text to a number, or the number to text: add ::number or ::varchar"
	}
	return ""
}

var timeFunctions = set("date_trunc date_part date_diff date_sub epoch epoch_ms epoch_us last_day strftime dayname monthname shift")
var numberFunctions = set("+ - * / % sum avg abs round floor ceil median stddev sqrt power")
