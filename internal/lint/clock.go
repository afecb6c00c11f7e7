package lint

import (
	"strings"

	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/sqltext"
)

// clockWords read the clock with or without brackets, clockCalls only as calls: a column may be named like them.
var (
	clockWords = set("current_timestamp", "current_date", "current_time", "localtimestamp", "localtime", "sysdate", "systimestamp")
	clockCalls = set("now", "getdate", "today", "sysdate", "current_timestamp", "current_date", "current_time", "localtimestamp",
		"localtime", "get_current_timestamp", "transaction_timestamp", "statement_timestamp", "clock_timestamp", "systimestamp", "sysdatetime")
)

// clock finds texts that read the clock: the same run, made again later, would give other values.
func clock(p *pass) {
	for _, t := range p.texts {
		say := func(at source.Span, word string) {
			if w := at.Text(); w != "" && !strings.ContainsFunc(w, func(r rune) bool { return r < 0x80 && !isWord(byte(r)) }) {
				word = w // as the project writes it: the tree may hold what it was rewritten to
			}
			p.Warnf(diag.LClock, at, "%s reads the clock, so a run for an earlier end time gives other values than it gave then", word).
				WithFix("write {{end_time_sql}}, the end time of the run")
		}
		sqltext.Walk(t.tree.Nodes, func(n sqltext.Node) bool {
			switch n := n.(type) {
			case *sqltext.Call:
				if clockCalls[n.Name] {
					say(n.NameText.Span(), n.NameText.S)
					return false
				}
			case *sqltext.Column:
				if len(n.Parts) == 1 && !n.Quoted[0] && clockWords[lower(n.Parts[0])] {
					say(n.Text.Span(), n.Parts[0])
				}
			case *sqltext.Verbatim:
				before := ""
				pieces(n.Text, func(piece source.Text) {
					if clockWords[lower(piece.S)] && before != "." {
						say(piece.Span(), piece.S)
					}
					before = piece.S
				})
			}
			return true
		})
	}
}
