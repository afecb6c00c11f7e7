// Package examples holds the smallest project that earns each diagnostic, and what is printed about it. The archive is written
// by go generate ./docs from the projects of the tests, so that every example is true.
package examples

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/diag"
)

//go:embed examples.txtar
var archive []byte

// Names of the entries of an example that are no files of its project.
const (
	// Caption says in a sentence what the project is.
	Caption = "caption"
	// Printed is the message.
	Printed = "printed"
	// Added is there when the files are only what is added to a small project that is right.
	Added = "added"
)

// Example is a project that earns a code.
type Example struct {
	Caption string `json:"caption"`
	// Added tells that the files are added to a small project that is right.
	Added   bool   `json:"addedToAProject"`
	Files   []File `json:"files"`
	Printed string `json:"printed"`
}

// File is a file of an example.
type File struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// Of returns the example of a code; nil when it has none, since no project alone can earn it.
func Of(code diag.Code) *Example { return all()[code] }

var all = sync.OnceValue(func() map[diag.Code]*Example {
	out := map[diag.Code]*Example{}
	for _, f := range txtar.Parse(archive).Files {
		code, name, _ := strings.Cut(f.Name, "/")
		x := out[diag.Code(code)]
		if x == nil {
			x = &Example{}
			out[diag.Code(code)] = x
		}
		switch name {
		case Caption:
			x.Caption = strings.TrimSpace(string(f.Data))
		case Printed:
			x.Printed = string(f.Data)
		case Added:
			x.Added = true
		default:
			x.Files = append(x.Files, File{name, string(f.Data)})
		}
	}
	return out
})
