package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"kith/internal/model"
)

// Text writes facts down, a fact a line, in an order that depends on nothing else. ParseFacts reads it.
func (f *Facts) Text() string {
	var b strings.Builder
	for _, m := range f.Materials {
		fmt.Fprintf(&b, "material %s %s %s seq_no %d end %s rows %d", m.Ref, m.Hash, m.Name, m.SeqNo, m.EndTime.UTC().Format(time.RFC3339Nano), m.Rows)
		if len(m.Over) > 0 {
			fmt.Fprintf(&b, " over %s", strings.Join(m.Over, " "))
		}
		b.WriteByte('\n')
	}
	for _, o := range slices.Sorted(maps.Keys(f.Objects)) {
		if f.Objects[o] {
			fmt.Fprintf(&b, "object %s\n", o)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(f.Definitions), func(x, y model.Need) int {
		return strings.Compare(x.Ref+" "+x.Hash, y.Ref+" "+y.Hash)
	}) {
		d := f.Definitions[k]
		fmt.Fprintf(&b, "definition %s %s\n", k.Ref, k.Hash)
		for _, p := range d.Parts {
			fmt.Fprintf(&b, "\tpart %q %q\n", p.Name, p.Text)
		}
		for _, n := range d.Needs {
			fmt.Fprintf(&b, "\tneed %s %s\n", n.Ref, n.Hash)
		}
		for _, n := range d.Columns {
			fmt.Fprintf(&b, "\tcolumn %s %s\n", n.Ref, n.Hash)
		}
	}
	if f.PublishNo > 0 {
		fmt.Fprintf(&b, "publish_no %d\n", f.PublishNo)
	}
	for _, n := range f.Names {
		fmt.Fprintf(&b, "published %s %s %s seq_no %d project %q\n", n.Name, n.Material, n.Ref, n.SeqNo, n.Project)
	}
	for _, r := range slices.Sorted(maps.Keys(f.Rows)) {
		fmt.Fprintf(&b, "rows %s %d\n", r, f.Rows[r])
	}
	for _, k := range slices.Sorted(maps.Keys(f.Passed)) {
		if f.Passed[k] {
			fmt.Fprintf(&b, "passed %s\n", k)
		}
	}
	return b.String()
}

// ParseFacts reads what Text writes. The error names the line that is none.
func ParseFacts(text string) (Facts, error) {
	f := Facts{Objects: map[string]bool{}, Definitions: map[model.Need]model.Definition{}, Rows: map[string]int64{}, Passed: map[string]bool{}}
	var of model.Need
	for i, line := range strings.Split(text, "\n") {
		if err := f.line(line, &of); err != nil {
			return f, fmt.Errorf("line %d of facts: %q: %w", i+1, line, err)
		}
	}
	return f, nil
}

// line reads one line. of is the definition that pieces belong to.
func (f *Facts) line(line string, of *model.Need) error {
	kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	var err error
	scan := func(format string, to ...any) {
		_, err = fmt.Sscanf(rest, format, to...)
	}
	switch kind {
	case "":
	case "material":
		var m Material
		var end string
		scan("%s %s %s seq_no %d end %s rows %d", &m.Ref, &m.Hash, &m.Name, &m.SeqNo, &end, &m.Rows)
		if err == nil {
			m.EndTime, err = time.Parse(time.RFC3339Nano, end)
		}
		if _, over, ok := strings.Cut(rest, " over "); ok {
			m.Over = strings.Fields(over)
		}
		f.Materials = append(f.Materials, m)
	case "object":
		f.Objects[rest] = true
	case "definition":
		scan("%s %s", &of.Ref, &of.Hash)
		f.Definitions[*of] = model.Definition{}
	case "part":
		var p model.Part
		scan("%q %q", &p.Name, &p.Text)
		d := f.Definitions[*of]
		d.Parts = append(d.Parts, p)
		f.Definitions[*of] = d
	case "need":
		var n model.Need
		scan("%s %s", &n.Ref, &n.Hash)
		d := f.Definitions[*of]
		d.Needs = append(d.Needs, n)
		f.Definitions[*of] = d
	case "column":
		var n model.Need
		scan("%s %s", &n.Ref, &n.Hash)
		d := f.Definitions[*of]
		d.Columns = append(d.Columns, n)
		f.Definitions[*of] = d
	case "publish_no":
		f.PublishNo, err = strconv.ParseInt(rest, 10, 64)
	case "published":
		var n PublishedName
		scan("%s %s %s seq_no %d project %q", &n.Name, &n.Material, &n.Ref, &n.SeqNo, &n.Project)
		f.Names = append(f.Names, n)
	case "rows":
		var ref string
		var n int64
		scan("%s %d", &ref, &n)
		f.Rows[ref] = n
	case "passed":
		f.Passed[rest] = true
	default:
		err = fmt.Errorf("no fact %q", kind)
	}
	return err
}
