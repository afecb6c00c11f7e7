package lint

import (
	"kith/internal/diag"
	"kith/internal/sqltext"
)

// dbtNames are dbt's ways of naming things, as functions of SQL. Inside of {{ }} they are names that no template has, which
// is a mistake and not advice.
var dbtNames = map[string]string{
	"ref":            `write {{this.DeRef("models/<name>")}}`,
	"source":         `declare the table under inputs and write {{this.DeRef("inputs/<name>")}}`,
	"config":         "write materialization under model_spec",
	"is_incremental": "take it away: what a run reads is decided by kith",
}

// dbtCalls finds dbt's functions in SQL, which no engine has.
func dbtCalls(p *pass) {
	for _, t := range p.texts {
		calls(t.tree, func(c *sqltext.Call, _ bool) {
			if fix, ok := dbtNames[c.Name]; ok && c.NameText.S != "" {
				p.Warnf(diag.LDbt, c.NameText.Span(), "%s(...) is dbt's, and no function of SQL", c.NameText.S).WithFix("%s", fix)
			}
		})
	}
}
