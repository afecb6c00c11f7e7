package model_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"kith/internal/model"
	"kith/internal/model/modeltest"
)

// TestEdits applies each edit of testdata/edits.txt to the project of pieces and compares which nodes get another hash with
// those that the file says. An edit is
//
//	edit <what it is>
//	in <piece>
//	- <lines taken out>
//	+ <lines put in their place>
//	changes <addresses, or "nothing">
//
// The text is put back before the next edit. An edit of no piece changes the options: "end_time".
func TestEdits(t *testing.T) {
	data, err := os.ReadFile("testdata/edits.txt")
	if err != nil {
		t.Fatal(err)
	}
	base := hashes(t, pieces(t), modeltest.Options())
	var out strings.Builder
	for _, block := range strings.Split(strings.TrimSpace(string(data)), "\n\n") {
		if strings.HasPrefix(block, "#") {
			out.WriteString(block + "\n\n")
			continue
		}
		title, in, from, to, want := "", "", []string{}, []string{}, ""
		var kept []string
		for _, line := range strings.Split(block, "\n") {
			key, value, _ := strings.Cut(line, " ")
			switch key {
			case "edit":
				title = value
			case "in":
				in = value
			case "-":
				from = append(from, value)
			case "+":
				to = append(to, value)
			case "changes":
				want = value
				continue
			default:
				t.Fatalf("%q is no part of an edit", line)
			}
			kept = append(kept, line)
		}
		ps, opt := pieces(t), modeltest.Options()
		if in == "end_time" {
			opt.EndTime = opt.EndTime.AddDate(0, 1, 0)
		} else {
			i := slices.IndexFunc(ps, func(p piece) bool { return p.section+"/"+p.name == in })
			if i < 0 {
				t.Fatalf("%s: no piece %s", title, in)
			}
			edited := replaceLines(ps[i].text, from, to)
			if edited == ps[i].text {
				t.Fatalf("%s: the lines are not in %s", title, in)
			}
			ps[i].text = edited
		}
		got := changed(base, hashes(t, ps, opt))
		if got != want && !*update {
			t.Errorf("%s changes\n  %s\nnot\n  %s", title, got, want)
		}
		out.WriteString(strings.Join(append(kept, "changes "+got), "\n") + "\n\n")
	}
	if *update {
		if err := os.WriteFile("testdata/edits.txt", []byte(strings.TrimRight(out.String(), "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// replaceLines replaces consecutive lines, blanks at their ends not counted; with nothing to take out it appends.
func replaceLines(text string, from, to []string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(from) == 0 {
		return strings.Join(append(lines, to...), "\n") + "\n"
	}
	for i := 0; i+len(from) <= len(lines); i++ {
		if slices.EqualFunc(lines[i:i+len(from)], from, func(a, b string) bool { return strings.TrimRight(a, " ") == strings.TrimRight(b, " ") }) {
			return strings.Join(slices.Concat(lines[:i], to, lines[i+len(from):]), "\n") + "\n"
		}
	}
	return text
}

// hashes are the hashes of a good project's nodes by address.
func hashes(t testing.TB, ps []piece, opt model.Options) map[string]string {
	t.Helper()
	g, diags := modeltest.Load(t, modeltest.Write(t, compose(ps, one)), opt)
	if diags.HasErrors() {
		t.Fatalf("errors in a good project:\n%s", modeltest.Text(diags))
	}
	out := map[string]string{}
	for _, n := range g.Order {
		out[string(n.Addr())] = n.Base().Hash
	}
	return out
}

// changed lists the addresses whose hashes differ, those only one has with + or -.
func changed(before, after map[string]string) string {
	var out []string
	for a, h := range before {
		if x, ok := after[a]; !ok {
			out = append(out, "-"+a)
		} else if x != h {
			out = append(out, a)
		}
	}
	for a := range after {
		if _, ok := before[a]; !ok {
			out = append(out, "+"+a)
		}
	}
	if len(out) == 0 {
		return "nothing"
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(strings.TrimLeft(a, "+-"), strings.TrimLeft(b, "+-")) })
	return fmt.Sprint(strings.Join(out, " "))
}
