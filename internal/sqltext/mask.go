package sqltext

import "strings"

// maskedLiteral stands where a literal stood.
const maskedLiteral = "'…'"

// Masked is SQL as it may leave the machine: text literals are hidden and comments are dropped, since both may hold what is
// nobody's business; names, numbers and structure stay.
func Masked(sql string) string {
	var b strings.Builder
	for _, t := range lex(sql) {
		switch t.kind {
		case tokString:
			b.WriteString(maskedLiteral)
		case tokComment:
		default:
			b.WriteString(sql[t.start:t.end])
		}
	}
	return b.String()
}
