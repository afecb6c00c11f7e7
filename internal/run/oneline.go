package run

import "strings"

// oneLine writes a query without line breaks and line comments, so that it can be an argument on a command line. What stands in
// quotes stays as it is.
func oneLine(sql string) string {
	var b strings.Builder
	space := false
	for i := 0; i < len(sql); i++ {
		switch c := sql[i]; {
		case c == '\n' || c == '\r' || c == '\t' || c == ' ':
			space = true
			continue
		case strings.HasPrefix(sql[i:], "--"):
			space = true
			for i+1 < len(sql) && sql[i+1] != '\n' {
				i++
			}
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		end := i + 1
		if c := sql[i]; c == '\'' || c == '"' {
			if n := strings.IndexByte(sql[end:], c); n >= 0 {
				end += n + 1
			} else {
				end = len(sql)
			}
		}
		b.WriteString(sql[i:end])
		i = end - 1
	}
	return b.String()
}
