package spec

import (
	"kith/internal/diag"
	"kith/internal/source"
)

var problemCodes = map[source.ProblemKind]diag.Code{
	source.SyntaxProblem:       diag.YSyntax,
	source.TemplateProblem:     diag.YUnquoted,
	source.TabProblem:          diag.YTab,
	source.EncodingProblem:     diag.YEncoding,
	source.ControlProblem:      diag.YControl,
	source.DuplicateKeyProblem: diag.YDuplicateKey,
	source.KeyProblem:          diag.YKey,
	source.DocumentsProblem:    diag.YDocuments,
	source.AliasProblem:        diag.YAlias,
	source.ExpansionProblem:    diag.YExpansion,
	source.MergeProblem:        diag.YMerge,
	source.SizeProblem:         diag.YTooLarge,
}

// ParseYAML reads a file as YAML. The node is nil when nothing could be read, and then there are diagnostics.
func ParseYAML(f *source.File) (*source.Node, diag.List) {
	n, problems := source.ParseYAML(f)
	var l diag.List
	for _, p := range problems {
		g := l.Errorf(problemCodes[p.Kind], p.At, "%s", p.Message).WithAlso(p.Also, "%s", p.AlsoMessage).WithFix("%s", p.Fix)
		if p.Kind == source.DocumentsProblem {
			g.Severity = diag.Warning // Profiles reads the first document and says nothing
		}
	}
	return n, l
}
