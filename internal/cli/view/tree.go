package view

import (
	"fmt"
	"io"
)

// Branch is a node of a tree: a text and what hangs below it.
type Branch struct {
	Text  string
	Below []*Branch
}

// Add hangs a text below a branch and returns its branch.
func (b *Branch) Add(format string, args ...any) *Branch {
	n := &Branch{Text: format}
	if len(args) > 0 {
		n.Text = fmt.Sprintf(format, args...)
	}
	b.Below = append(b.Below, n)
	return n
}

// Write draws the branch and all below it.
func (b *Branch) Write(w io.Writer) {
	style := StyleOf(w)
	fmt.Fprintln(w, b.Text)
	b.below(w, style, "")
}

func (b *Branch) below(w io.Writer, style Style, indent string) {
	for i, n := range b.Below {
		mark, next := "├─ ", "│  "
		if i == len(b.Below)-1 {
			mark, next = "└─ ", "   "
		}
		fmt.Fprintln(w, style.Dim(indent+mark)+n.Text)
		n.below(w, style, indent+next)
	}
}
