package warehousetest

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"kith/internal/rel"
)

// testCase is a case read from its file.
type testCase struct {
	files []txtar.File // of the project
	// changes are files of the project as they are later, by the name of the change.
	changes map[string][]txtar.File
	tables  []table
	init    []string
	// written is the dialect of the project's SQL, "" for that of the engine.
	written string
	blocks  []*block
}

// table is a table to seed.
type table struct {
	name    string
	columns []rel.Column
	rows    [][]string
}

// block is one block of the script. verb is "" for a block of comments.
type block struct {
	comments []string
	// engine is the one that the block is for, "" for all.
	engine string
	verb   string
	lines  []string // of the command: the first and those that continue it
	want   []string // what is expected below the command, by the engine that runs
	others []string // what other engines are expected to say
}

// marked is a line that is for one engine: [duckdb] query select 1.
var marked = regexp.MustCompile(`^\[([a-z]+)\] (.*)$`)

// of takes the mark off a line; ok is false when it is for another engine.
func of(engine, line string) (rest string, ok bool) {
	m := marked.FindStringSubmatch(line)
	if m == nil {
		return line, true
	}
	return m[2], m[1] == engine
}

// command is the text after the verb, on one line.
func (b *block) command() string {
	var parts []string
	for i, l := range b.lines {
		if i == 0 {
			if b.engine != "" {
				l = strings.TrimPrefix(l, "["+b.engine+"] ")
			}
			l = strings.TrimPrefix(strings.TrimSpace(l), b.verb)
		}
		parts = append(parts, strings.TrimSpace(l))
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

// parseCase reads the case as an engine is to run it.
func parseCase(a *txtar.Archive, engine string) (*testCase, error) {
	c := &testCase{changes: map[string][]txtar.File{}}
	own := map[string]bool{} // sections that the engine has an own form of
	for _, f := range a.Files {
		if name, ok := strings.CutSuffix(f.Name, " ["+engine+"]"); ok {
			own[name] = true
		}
	}
	for _, f := range a.Files {
		name, mark, form := strings.Cut(f.Name, " [")
		if form && mark != engine+"]" || !form && own[name] {
			continue
		}
		f.Name = name
		switch {
		case f.Name == "steps":
			var err error
			if c.blocks, err = parseBlocks(string(f.Data), engine); err != nil {
				return nil, err
			}
		case f.Name == "written in":
			c.written = strings.TrimSpace(string(f.Data))
		case f.Name == "init.sql":
			for _, s := range strings.Split(string(f.Data), "\n\n") {
				if s, ok := of(engine, strings.TrimSpace(s)); ok && s != "" {
					c.init = append(c.init, s)
				}
			}
		case strings.HasPrefix(f.Name, "table "):
			t, err := parseTable(strings.TrimSpace(strings.TrimPrefix(f.Name, "table ")), string(f.Data))
			if err != nil {
				return nil, err
			}
			c.tables = append(c.tables, t)
		case strings.HasPrefix(f.Name, "change "):
			change, file, ok := strings.Cut(strings.TrimPrefix(f.Name, "change "), ": ")
			if !ok {
				return nil, fmt.Errorf("section %q names no file", f.Name)
			}
			c.changes[change] = append(c.changes[change], txtar.File{Name: file, Data: f.Data})
		default:
			c.files = append(c.files, f)
		}
	}
	if len(c.blocks) == 0 {
		return nil, fmt.Errorf("no steps")
	}
	return c, nil
}

func parseBlocks(text, engine string) ([]*block, error) {
	var out []*block
	for _, chunk := range regexp.MustCompile(`\n\s*\n`).Split(strings.TrimSpace(text), -1) {
		b := &block{}
		for _, line := range strings.Split(chunk, "\n") {
			switch {
			case b.verb == "" && strings.HasPrefix(line, "#"):
				b.comments = append(b.comments, line)
			case b.verb == "":
				rest := line
				if m := marked.FindStringSubmatch(line); m != nil {
					b.engine, rest = m[1], m[2]
				}
				b.verb, _, _ = strings.Cut(rest, " ")
				b.lines = append(b.lines, line)
			case len(b.want) == 0 && b.verb != "run" && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")):
				b.lines = append(b.lines, line)
			default:
				rest, ours := line, true
				if b.verb == "run" {
					rest, ours = of(engine, line)
				}
				if ours {
					b.want = append(b.want, rest)
				} else {
					b.others = append(b.others, line)
				}
			}
		}
		switch b.verb {
		case "", "run", "sql", "change", "query", "checks", "decide", "withdraw":
		default:
			return nil, fmt.Errorf("no step %q", b.verb)
		}
		out = append(out, b)
	}
	return out, nil
}

// text is the script as it is written, with what the engine says: marked as its own where other engines say something else.
func (c *testCase) text(engine string) string {
	var sb strings.Builder
	for i, b := range c.blocks {
		if i > 0 {
			sb.WriteString("\n")
		}
		want := b.want
		if len(b.others) > 0 {
			want = append([]string{}, b.others...)
			for _, l := range b.want {
				want = append(want, "["+engine+"] "+l)
			}
			sort.Strings(want)
		}
		for _, list := range [][]string{b.comments, b.lines, want} {
			for _, l := range list {
				sb.WriteString(l + "\n")
			}
		}
	}
	return sb.String()
}

var columnTypes = map[string]rel.Type{"text": rel.Text, "bigint": rel.BigInt, "double": rel.Double, "bool": rel.Bool,
	"timestamp": rel.Timestamp, "date": rel.Date}

func parseTable(name, text string) (table, error) {
	t := table{name: name}
	head, body, _ := strings.Cut(text, "\n")
	for _, col := range strings.Split(head, ",") {
		words := strings.Fields(col)
		if len(words) != 2 || columnTypes[words[1]] == rel.Unknown {
			return t, fmt.Errorf("table %s: %q is no column and its type", name, col)
		}
		t.columns = append(t.columns, rel.Column{Name: words[0], Type: columnTypes[words[1]]})
	}
	r := csv.NewReader(strings.NewReader(body))
	r.FieldsPerRecord = len(t.columns)
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	if err != nil {
		return t, fmt.Errorf("table %s: %w", name, err)
	}
	t.rows = rows
	return t, nil
}

// runOptions are the words after "run".
type runOptions struct {
	begin, end time.Time
	force      bool
	refs       []string
	adopt      []string // not of a script
	anew       bool     // neither: graphs are built anew
}

// defaultEnd is the end time of a run that names none: after all that the cases' data holds.
var defaultEnd = time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)

func parseRun(words []string) (runOptions, error) {
	o := runOptions{end: defaultEnd}
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		var err error
		switch key {
		case "end_time":
			o.end, err = time.Parse(time.RFC3339, value)
		case "begin_time":
			o.begin, err = time.Parse(time.RFC3339, value)
		case "force":
			o.force = true
		case "refs":
			o.refs = strings.Split(value, ",")
		default:
			err = fmt.Errorf("no option %q of run", w)
		}
		if err != nil {
			return o, err
		}
	}
	return o, nil
}
