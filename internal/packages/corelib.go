package packages

import (
	"embed"
	"io/fs"
	"regexp"

	"kith/internal/diag"
	"kith/internal/spec"
)

//go:embed corelib/pb_project.yaml
var corelibFiles embed.FS

var corelibURL = regexp.MustCompile(`(?i)[/:]rudderstack-profiles-corelib(\.git)?(/|$)`)

// corelib stands in for the package that starter projects import, when it cannot be fetched: it declares three id types and
// nothing else (platform.md section 14.8), so that such a project compiles without a network. nil for any other package.
func (l *loader) corelib(pkg *spec.Package) *spec.Project {
	if !corelibURL.MatchString(pkg.URL.S) {
		return nil
	}
	sub, err := fs.Sub(corelibFiles, "corelib")
	if err != nil {
		return nil
	}
	p, diags, err := spec.LoadFS(sub, "corelib")
	if err != nil || diags.HasErrors() {
		return nil
	}
	l.diags.Notef(diag.PBuiltIn, pkg.URL.Span(), "package %s cannot be fetched; the id types it is known to declare are used", pkg.Name.Value).
		WithFix("fetch it once with a network, and it is pinned in %s", LockFile)
	return p
}
