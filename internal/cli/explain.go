package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"kith/internal/cli/examples"
	"kith/internal/cli/view"
	"kith/internal/diag"
)

func (a *App) explain() *cobra.Command {
	c := &cobra.Command{
		Use:   "explain [code]",
		Short: "Say what a code of a message means, or why ids are the same person",
		Long: `Say what the code of an error, a warning or a note means, with the smallest project that earns it and what is printed then.
Without a code all codes are listed. The commands below explain what is in the identity graph.`,
		Example: example("kith explain\nkith explain R014\nkith explain link ann@example.com 4711\nkith explain cluster ann@example.com"),
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listCodes()
			}
			return a.explainCode(args[0])
		},
	}
	c.AddCommand(a.explainLink(), a.explainCluster(), a.explainChange())
	return c
}

func (a *App) listCodes() error {
	if a.flags.json {
		type code struct {
			Code  diag.Code `json:"code"`
			Title string    `json:"title"`
		}
		codes := []code{}
		for _, i := range diag.Infos() {
			codes = append(codes, code{i.Code, i.Title})
		}
		return a.document(codes)
	}
	style := view.StyleOf(a.Out)
	for n, f := range diag.Families() {
		if n > 0 {
			fmt.Fprintln(a.Out)
		}
		fmt.Fprintln(a.Out, style.Bold(f.About))
		for _, i := range f.Of() {
			fmt.Fprintf(a.Out, "  %s  %s\n", style.Accent(string(i.Code)), i.Title)
		}
	}
	return nil
}

func (a *App) explainCode(word string) error {
	info, ok := diag.InfoOf(diag.Code(strings.ToUpper(word)))
	if !ok {
		var codes []string
		for _, i := range diag.Infos() {
			codes = append(codes, string(i.Code))
		}
		var l diag.List
		d := l.Errorf(diag.UFlag, noSpan, "there is no code %q", word)
		if near := diag.Nearest(strings.ToUpper(word), codes); near != "" {
			d.WithFix("did you mean %s?", near)
		} else {
			d.WithFix("kith explain lists all codes")
		}
		return refuse(ExitUser, l)
	}
	x := examples.Of(info.Code)
	if a.flags.json {
		return a.document(struct {
			Code    diag.Code         `json:"code"`
			Title   string            `json:"title"`
			Meaning string            `json:"meaning"`
			Example *examples.Example `json:"example"`
		}{info.Code, info.Title, info.Meaning, x})
	}
	style := view.StyleOf(a.Out)
	fmt.Fprintf(a.Out, "%s  %s\n\n%s\n", style.Accent(string(info.Code)), style.Bold(info.Title), wrapText(info.Meaning, helpWidth))
	if x != nil {
		a.writeExample(x, style)
	}
	return nil
}

func (a *App) writeExample(x *examples.Example, style view.Style) {
	text := "For example: " + x.Caption
	if x.Added {
		text += " These files are added to a small project that is right."
	}
	fmt.Fprintf(a.Out, "\n%s\n", wrapText(text, helpWidth))
	for _, f := range x.Files {
		fmt.Fprintf(a.Out, "\n  %s\n", style.Bold(f.Path))
		indented(a, f.Text, "    ")
	}
	fmt.Fprintf(a.Out, "\nkith says:\n\n")
	indented(a, x.Printed, "  ")
}

func indented(a *App, text, by string) {
	for line := range strings.Lines(text) {
		fmt.Fprintln(a.Out, strings.TrimRight(by+strings.TrimRight(line, "\n"), " "))
	}
}
