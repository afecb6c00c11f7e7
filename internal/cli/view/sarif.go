package view

import (
	"net/url"
	"path/filepath"
	"strings"

	"kith/internal/diag"
)

// The parts of a SARIF 2.1.0 log that a list of diagnostics needs.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		ShortDescription sarifText `json:"shortDescription"`
		FullDescription  sarifText `json:"fullDescription"`
		Help             sarifText `json:"help"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
)

// SARIF is a list of diagnostics as a SARIF 2.1.0 log, to be written as JSON. root is the project's folder, relative or
// absolute; files are told below it. Columns count characters.
func SARIF(l diag.List, version, root string) any {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "kith", Version: version, Rules: []sarifRule{}}
	index := map[diag.Code]int{}
	for _, d := range l.Sorted() {
		v := d.View()
		i, known := index[v.Code]
		if !known {
			i = len(run.Tool.Driver.Rules)
			index[v.Code] = i
			info, _ := diag.InfoOf(v.Code)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: string(v.Code), ShortDescription: sarifText{info.Title},
				FullDescription: sarifText{info.Meaning}, Help: sarifText{info.Meaning + "\n\nkith explain " + string(v.Code)}})
		}
		run.Results = append(run.Results, result(v, i, root))
	}
	return sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}

func result(v diag.View, rule int, root string) sarifResult {
	r := sarifResult{RuleID: string(v.Code), RuleIndex: rule, Level: v.Severity, Message: sarifText{v.Message}, Locations: []sarifLocation{}}
	if v.Fix != "" {
		r.Message.Text += "\nfix: " + v.Fix
	}
	if v.File != "" {
		r.Locations = append(r.Locations, sarifLocation{Physical: physical(root, v.File, v.Line, v.Column, v.EndLine, v.EndColumn)})
	}
	for i, o := range v.Related {
		r.Related = append(r.Related, sarifLocation{ID: i + 1, Physical: physical(root, o.File, o.Line, o.Column, o.EndLine, o.EndColumn), Message: &sarifText{o.Message}})
	}
	return r
}

func physical(root, file string, line, column, endLine, endColumn int) sarifPhysical {
	return sarifPhysical{Artifact: sarifArtifact{fileURI(root, file)}, Region: sarifRegion{line, column, endLine, endColumn}}
}

// fileURI is a relative reference when root is a relative path, else a file URI.
func fileURI(root, file string) string {
	path := filepath.ToSlash(file)
	if !filepath.IsAbs(file) {
		path = filepath.ToSlash(filepath.Join(root, filepath.FromSlash(file)))
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	path = strings.Join(parts, "/")
	if filepath.IsAbs(root) || filepath.IsAbs(file) {
		return "file://" + path
	}
	return path
}
