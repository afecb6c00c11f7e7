package duckdb

import (
	"regexp"
	"strings"
)

// masked stands where a value of a row stood.
const masked = "…"

var (
	// castOf keeps both sides of the commonest message. The value is all between the first quote and the last one that
	// only words of the engine follow, up to the end: a value that holds a quote and looks like the engine's words does
	// not get past that.
	castOf     = regexp.MustCompile(`(?s)^(Could not (?:convert|cast) [a-z ]*)(['"]).*['"]( to (?:U?INT(?:8|16|32|64|128)|BOOL|FLOAT|DOUBLE|DECIMAL\([0-9]+,[0-9]+\)|UUID|DATE|TIME|TIMESTAMP|INTERVAL)(?: when casting from source column [A-Za-z_][A-Za-z0-9_]*)?)$`)
	badPattern = regexp.MustCompile(`^Failed to parse format specifier |^(?:missing|unexpected|invalid|bad|no|trailing) (?:[\])]|\\|argument for repetition operator|escape sequence|character class(?: range)?|repetition (?:size|operator)|perl operator|named capture group|UTF-8)[a-z ]*: `)
	valueOf    = regexp.MustCompile(`(?s)( with value ).*( can't be cast)`)
	// number is a number that is no part of a name or of a type like DECIMAL(18,3) or INT32.
	number     = regexp.MustCompile(`(^|[^A-Za-z0-9_.])[-+]?[0-9][0-9A-Za-z.:+_-]*`)
	sized      = regexp.MustCompile(`\b(?:DECIMAL|VARCHAR|NUMERIC)\([0-9]+(?:, ?[0-9]+)?\)`)
	engineTail = regexp.MustCompile(`^(?:, expected format is \([^'"\n]*\)(?: when casting from source column [A-Za-z_][A-Za-z0-9_]*)?| violates (?:primary key|unique) constraint\.?)$`)
	// engineLine is a further line of a message that the engine wrote, not the data.
	engineLine = regexp.MustCompile(`^Error: (?:Expected|Full specifier|Trailing|Specifier)[a-z ]*$`)
)

// maskValues hides whatever in a message may be a value of a row: what is quoted, numbers, and lines that echo data. It
// would rather hide too much: the place of the error says which expression failed.
func maskValues(m string) string {
	switch {
	case castOf.MatchString(m):
		parts := castOf.FindStringSubmatch(m)
		return parts[1] + parts[2] + masked + parts[2] + parts[3]
	case strings.HasPrefix(m, "Could not parse string "):
		// The value is quoted, and again on a line of its own.
		return `Could not parse string "` + masked + `" according to the format specifier` + engineLines(m)
	case valueOf.MatchString(m):
		m = valueOf.ReplaceAllString(m, "${1}"+masked+"${2}")
	case badPattern.MatchString(m):
		// The regular expression, or the format, follows bare.
		return badPattern.FindString(m) + masked
	}
	m = hideQuoted(m)
	first, more, _ := strings.Cut(m, "\n")
	return hideNumbers(first) + engineLines(more)
}

// hideQuoted hides from the first quote on. What follows the last quote of its kind is kept only if it is the engine's own
// words for certain: a value may itself hold quotes, and some messages echo it twice.
func hideQuoted(m string) string {
	i := strings.IndexAny(m, `'"`)
	// An apostrophe within a word ("can't") opens nothing.
	for i > 0 && isLetter(m[i-1]) {
		j := strings.IndexAny(m[i+1:], `'"`)
		if j < 0 {
			return m
		}
		i += 1 + j
	}
	if i < 0 {
		return m
	}
	quote := m[i : i+1]
	tail := m[strings.LastIndexByte(m, m[i])+1:]
	if !engineTail.MatchString(tail) {
		tail = ""
	}
	return m[:i] + quote + masked + quote + tail
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

func hideNumbers(m string) string {
	var out strings.Builder
	last := 0
	for _, at := range sized.FindAllStringIndex(m, -1) {
		out.WriteString(number.ReplaceAllString(m[last:at[0]], "${1}"+masked))
		out.WriteString(m[at[0]:at[1]])
		last = at[1]
	}
	out.WriteString(number.ReplaceAllString(m[last:], "${1}"+masked))
	return out.String()
}

func engineLines(more string) string {
	var out strings.Builder
	for line := range strings.SplitSeq(more, "\n") {
		if engineLine.MatchString(strings.TrimSpace(line)) {
			out.WriteString(": " + strings.TrimSpace(line))
		}
	}
	return out.String()
}

var (
	jsonLine  = regexp.MustCompile(`^Malformed JSON in file ".*", at byte [0-9]+ in line ([0-9]+): ([a-z ]+)`)
	csvLine   = regexp.MustCompile(`^CSV Error on Line: ([0-9]+)\n`)
	csvWidth  = regexp.MustCompile(`(?m)^Expected Number of Columns: ([0-9]+) Found: ([0-9]+)`)
	csvColumn = regexp.MustCompile(`(?m)^Error when converting column "(.*?)"\. (.*)$`)
)

// lineMessage is an error of a line of a CSV or JSON file in one line, without the echo of the line itself; ok is false for
// any other message. It begins with "line N: ".
func lineMessage(m string, show bool) (message string, ok bool) {
	if j := jsonLine.FindStringSubmatch(m); j != nil {
		return "line " + j[1] + ": malformed JSON: " + j[2], true
	}
	line := csvLine.FindStringSubmatch(m)
	if line == nil {
		return "", false
	}
	at := "line " + line[1] + ": "
	if w := csvWidth.FindStringSubmatch(m); w != nil {
		return at + w[2] + " columns where the header has " + w[1], true
	}
	if col := csvColumn.FindStringSubmatch(m); col != nil {
		what := col[2]
		if !show {
			what = maskValues(what)
		}
		return at + "column " + col[1] + ": " + what, true
	}
	switch {
	case strings.Contains(m, "\nInvalid unicode"):
		return at + "the text is not UTF-8", true
	case strings.Contains(m, "unterminated quote"):
		return at + "a quote is not closed", true
	}
	return at + "the line does not fit the file", true
}
