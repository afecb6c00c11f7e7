package diag

import "strings"

// Snippet is what Render shows below the message of a diagnostic, without colours: the line of the file with the place
// underlined, then the other places with theirs. It is "" when there is no line to show.
func (d Diagnostic) Snippet() string {
	v := d.View()
	p := printer{}
	p.snippet(v.text, v.Line, v.Column, v.EndLine, v.EndColumn, "")
	for _, r := range v.Related {
		p.related(r)
	}
	return strings.TrimRight(p.b.String(), "\n")
}

// Place is "file:line:column", "" when a diagnostic is in no file.
func (v View) Place() string {
	if v.File == "" {
		return ""
	}
	return place(v.File, v.Line, v.Column)
}
