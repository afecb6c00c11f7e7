package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"kith/internal/cli/view"
)

// list is names for people: a, b and c.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// steps says how many steps are built, reused and left out.
func steps(build, reuse, leave int) string {
	parts := []string{fmt.Sprintf("%s to build", view.Number(int64(build)))}
	if reuse > 0 {
		parts = append(parts, fmt.Sprintf("%s reused", view.Number(int64(reuse))))
	}
	if leave > 0 {
		parts = append(parts, fmt.Sprintf("%s left out", view.Number(int64(leave))))
	}
	return strings.Join(parts, ", ")
}

func joined(root, path string) string { return filepath.Join(root, path) }

// defaultFix reports whether the way out of a diagnostic is only to configure the connection, which a run without
// configuration need not repeat.
func defaultFix(fix string) bool { return strings.HasPrefix(fix, "kith init connection") }
