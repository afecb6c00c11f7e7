package warehousetest

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"kith/internal/diag"
	"kith/internal/dialect"
	"kith/internal/run"
)

var expectation = regexp.MustCompile(`^\s*(error|warning|note) ([A-Z]\d{3}) "(.*)" (\S+)$`)

// place is FILE:LINE of a diagnostic, "-" when it is in no file.
func place(root string, d diag.Diagnostic) string {
	if d.At.IsZero() {
		return "-"
	}
	line, _ := d.At.Position()
	name := d.At.Path()
	if r, err := filepath.Rel(root, name); err == nil && !strings.HasPrefix(r, "..") {
		name = r
	}
	return fmt.Sprintf("%s:%d", filepath.ToSlash(name), line)
}

// compareDiagnostics returns what is wrong with the diagnostics of a run; with rewrite the lines that would be right.
func compareDiagnostics(root string, diags diag.List, b *block, rewrite bool) []string {
	diags = diags.Sorted()
	if rewrite {
		var lines []string
		for _, d := range diags {
			if d.Severity == diag.Error {
				lines = append(lines, fmt.Sprintf("%s %s %q %s", d.Severity, d.Code, regexp.QuoteMeta(d.Message), place(root, d)))
			}
		}
		return lines
	}
	var wrong []string
	met := make([]bool, len(diags))
	for _, line := range b.want {
		m := expectation.FindStringSubmatch(line)
		if m == nil {
			wrong = append(wrong, "cannot be read: "+line)
			continue
		}
		re, err := regexp.Compile(m[3])
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		found := false
		for i, d := range diags {
			if d.Severity.String() == m[1] && string(d.Code) == m[2] && re.MatchString(d.Message) && place(root, d) == m[4] {
				found, met[i] = true, true
			}
		}
		if !found {
			wrong = append(wrong, "not given: "+line)
		}
	}
	for i, d := range diags {
		if !met[i] && (d.Severity == diag.Error || len(wrong) > 0) {
			wrong = append(wrong, fmt.Sprintf("given: %s %s %q %s", d.Severity, d.Code, d.Message, place(root, d)))
		}
	}
	return wrong
}

// sqlOf is every statement of a plan.
func sqlOf(p *run.Plan) string {
	var sb strings.Builder
	var write func(stmts []dialect.Stmt)
	write = func(stmts []dialect.Stmt) {
		for _, st := range stmts {
			switch st := st.(type) {
			case *dialect.SQL:
				fmt.Fprintln(&sb, st.S)
			case *dialect.Load:
				fmt.Fprintln(&sb, "load", st.Path, st.Format, st.IntoName)
			case *dialect.Loop:
				fmt.Fprintln(&sb, "loop", st.Name, st.Max)
				write(st.Body)
				fmt.Fprintln(&sb, "until", st.Until.S)
			case *dialect.Kernel:
				fmt.Fprintln(&sb, "kernel", st.Name, st.OutName, st.Create.S)
				for _, in := range st.In {
					fmt.Fprintln(&sb, in.S)
				}
			case *dialect.Choose:
				fmt.Fprintln(&sb, "choose", st.Name, st.Fact.S)
				for _, o := range st.Options {
					fmt.Fprintln(&sb, "option", o.Name, o.AtMost, o.Needs)
					write(o.Body)
				}
			case *dialect.Assert:
				fmt.Fprintln(&sb, "assert", st.Query.S)
			case *dialect.Publish:
				for _, s := range st.Statements {
					fmt.Fprintln(&sb, s.S)
				}
			}
		}
	}
	for _, s := range p.Steps {
		fmt.Fprintln(&sb, "--", s.Addr, s.Out.Name())
		write(s.Stmts)
	}
	if p.PublishStmt != nil {
		write([]dialect.Stmt{p.PublishStmt})
	}
	return sb.String()
}
