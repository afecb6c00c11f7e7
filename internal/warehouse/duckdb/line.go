package duckdb

import (
	"regexp"
	"strings"
)

var (
	// csvFile is in the list of settings behind the echo of the line, so that the last match is the engine's own.
	csvFile  = regexp.MustCompile(`(?m)^  file = (.+)\n  delimiter = `)
	jsonFile = regexp.MustCompile(`^Malformed JSON in file "(.*)", at byte [0-9]+ in line `)
)

// inFile puts the file in front of a message that begins with its line, "path:N: ", when the engine's text names a file that
// the statement names, too. Whatever else the engine's text has may be data.
func inFile(message, text, sql string) string {
	line := lineOf.FindStringSubmatch(message)
	if line == nil {
		return message
	}
	path := ""
	if all := csvFile.FindAllStringSubmatch(text, -1); len(all) > 0 {
		path = all[len(all)-1][1]
	} else if m := jsonFile.FindStringSubmatch(text); m != nil {
		path = m[1]
	}
	if path == "" || !strings.Contains(sql, path) {
		return message
	}
	return path + ":" + line[1] + ": " + message[len(line[0]):]
}

// lineFix is what to do about a line of a file. A cast in the project's SQL is no way out: the file is not read that far.
func lineFix(message string) string {
	for _, f := range [][2]string{
		{"is not UTF-8", "save the file as UTF-8; iconv -f WINDOWS-1252 -t UTF-8 reads the commonest other form"},
		{"columns where the header has", "give the line as many values as the header has names; a value with the separator in it stands in quotes"},
		{"a quote is not closed", "close the quote; a quote within a quoted value is written twice"},
		{"malformed JSON", "mend the JSON of that line"},
		{": column ", "correct the value, or let the column be read as text"},
	} {
		if strings.Contains(message, f[0]) {
			return f[1]
		}
	}
	return "mend that line of the file"
}
