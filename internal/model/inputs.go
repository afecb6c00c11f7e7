package model

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kith/internal/addr"
	"kith/internal/diag"
	"kith/internal/source"
	"kith/internal/spec"
	"kith/internal/sqltext"
	"kith/internal/template"
)

func (b *Builder) declareInputs() {
	for _, s := range b.unit.spec.Inputs {
		if s.Name.Value == "" {
			continue
		}
		in := &Input{Name: s.Name.Value, Contract: s.Contract, spec: s}
		in.Address, in.Span = addr.Addr(b.unit.prefix)+addr.Input(in.Name), s.Name.Span
		in.Optional = s.Contract != nil && s.Contract.IsOptional.Value
		if !b.Add(in) {
			continue
		}
		b.Inputs = append(b.Inputs, in)
		b.parents = append(b.parents, b.inUnit(func() {
			if !in.replaced && in.Disabled == "" { // the table of an input that another stands for need not be there
				b.inputPlace(in)
			}
		}))
		in.IDs = b.RowIDs(in, s.IDs)
		b.Text(func() {
			if in.replaced {
				return
			}
			if in.Format == FromCSV {
				b.readCSV(in)
			}
			if s.OccurredAtCol.S != "" {
				in.OccurredAt = b.TimeColumn(in, s.OccurredAtCol, Scope{From: in})
			}
			if s.LoadedAtCol.S != "" {
				in.LoadedAt = b.TimeColumn(in, s.LoadedAtCol, Scope{From: in})
			}
			if s.Where.S != "" {
				in.Where = b.Scalar(in, s.Where, Scope{From: in})
			}
			b.Check(func() {
				b.noAggregates(in.OccurredAt, aTime)
				b.noAggregates(in.LoadedAt, aTime)
				b.noAggregates(in.Where, aRowFilter)
			})
		})
	}
}

// statWithin looks at a file of the folder root. The error is that of the file system, and os.Root's where the path or a link on
// it leads out of the folder. So it is for csv files, which are templates and become part of the SQL, and for all files of a
// package, which is text of others.
func statWithin(root, path string) (os.FileInfo, error) {
	rootPath, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(rootPath, path)
	if err != nil {
		return nil, err
	}
	folder, err := os.OpenRoot(rootPath)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	return folder.Stat(rel)
}

// statAnywhere looks at a file of data that the project itself names: those are tables, and may lie where a warehouse's would.
func statAnywhere(_, path string) (os.FileInfo, error) { return os.Stat(path) }

func (b *Builder) inputPlace(in *Input) {
	s := in.spec
	file := func(format InputFormat, path source.At[string]) {
		in.Format, in.TableAt = format, path.Span
		in.Path = path.Value
		if !filepath.IsAbs(in.Path) {
			in.Path = filepath.Join(b.unit.spec.Root, filepath.FromSlash(in.Path))
		}
		stat, where, fix := statWithin, " in the project", "paths are relative to the folder of pb_project.yaml and cannot leave it; `kith seed` loads files from anywhere"
		if format != FromCSV && b.unit.parent == nil {
			stat, where, fix = statAnywhere, "", "paths are relative to the folder of pb_project.yaml"
		}
		if st, err := stat(b.unit.spec.Root, in.Path); err != nil || st.IsDir() {
			b.Diags.Errorf(diag.RFileMissing, path.Span, "no file %q for input %s%s", path.Value, in.Name, where).WithFix("%s", fix)
			in.Broken = true
		} else if b.opt.FileColumns != nil && format != FromCSV {
			in.Columns, _ = b.opt.FileColumns(string(format), in.Path) // a file that cannot be read fails in its own step
		}
	}
	switch {
	case s.CSV.Value != "":
		file(FromCSV, s.CSV)
	case s.Parquet.Value != "":
		file(FromParquet, s.Parquet)
	case s.JSON.Value != "":
		file(FromJSON, s.JSON)
	case s.S3.Value != "":
		in.Format, in.TableAt, in.Path = FromCSV, s.S3.Span, s.S3.Value
		in.remote = true
		if b.opt.Columns == nil { // compiled for wherever it will run
			b.Diags.Warnf(diag.RMissingTable, s.S3.Span, "input %s lies in S3, which the embedded warehouse does not read", in.Name).
				WithFix("to run it here, copy the file into the project and name it with csv, parquet or json")
			break
		}
		in.Broken = true
		b.Diags.Errorf(diag.RMissingTable, s.S3.Span, "input %s lies in S3, which the embedded warehouse does not read", in.Name).
			WithFix("copy the file into the project and name it with csv, parquet or json")
	default:
		at := s.Table
		if at.Value == "" {
			at = s.View
		}
		in.Format, in.TableAt = FromTable, at.Span
		if at.Value == "" {
			in.Broken = true // the loader has said so
			return
		}
		parts, ok := b.tableParts(in, at)
		if !ok {
			in.Broken = true
		}
		in.Table = parts
		if ok {
			b.lookUp(in)
		}
	}
}

// tableParts reads the name of an input's table, which may be a template: pb projects choose the database by dialect or name
// an object of the output schema with warehouse.ObjRef. What is wrong has been said when ok is false.
func (b *Builder) tableParts(in *Input, at source.At[string]) (parts []NamePart, ok bool) {
	name := at.Value
	if strings.Contains(name, "{{") || strings.Contains(name, "{%") {
		r, ok := b.Render(in, source.Literal(name, at.Span), Scope{})
		if !ok {
			return nil, false
		}
		if name, ok = tableText(r); !ok {
			b.Diags.Errorf(diag.RBadTableName, at.Span, "the template gives no table name: it depends on the run or on a model").
				WithFix("use warehouse.DatabaseType(), warehouse.ObjRef('name') and plain text here")
			return nil, false
		}
	}
	parts, ok = tableName(name)
	if !ok {
		b.Diags.Errorf(diag.RBadTableName, at.Span, "%q is no table name", name).
			WithFix("write table, schema.table or database.schema.table")
	}
	return parts, ok
}

// tableText is the text of a rendered table name. An object of the output schema is its name alone: one part means that schema.
func tableText(r template.Rendered) (string, bool) {
	text := r.Text.S
	for i, h := range r.Holes {
		t, ok := h.(TargetHole)
		if !ok {
			return "", false
		}
		text = strings.ReplaceAll(text, template.Placeholder(i), t.Name)
	}
	return text, true
}

// lookUp asks the warehouse for an input's table. A missing table disables an optional input and is a mistake otherwise.
func (b *Builder) lookUp(in *Input) {
	if b.opt.Columns == nil {
		return
	}
	cols, exists, err := b.opt.Columns(in.Table)
	switch {
	case err != nil:
		return // the run will meet the same error with a statement to show
	case exists:
		in.Columns = cols
	case in.Optional:
		in.Disabled = "its table " + in.TableAt.Text() + " does not exist"
		b.Diags.Notef(diag.RDisabled, in.TableAt, "optional input %s is left out: the warehouse has no table %s", in.Name, in.TableAt.Text())
	default:
		b.Diags.Errorf(diag.RMissingTable, in.TableAt, "the warehouse has no table %s", in.TableAt.Text()).
			WithFix("load it with `kith seed --as %s=<file>`, correct the name, or set contract.is_optional: true", in.TableAt.Text())
		in.Broken = true
	}
}

// tableName splits "db.schema.table", each part plain or in double quotes or back-ticks.
func tableName(s string) ([]NamePart, bool) {
	var parts []NamePart
	s = strings.TrimSpace(s)
	for {
		if s == "" {
			return parts, false
		}
		var p NamePart
		if q := s[0]; q == '"' || q == '`' {
			var sb strings.Builder
			i := 1
			for ; i < len(s); i++ {
				if s[i] == q {
					if i+1 < len(s) && s[i+1] == q {
						i++
					} else {
						break
					}
				}
				sb.WriteByte(s[i])
			}
			if i >= len(s) {
				return parts, false
			}
			p, s = NamePart{sb.String(), true}, s[i+1:]
		} else {
			i := strings.IndexByte(s, '.')
			if i < 0 {
				i = len(s)
			}
			p, s = NamePart{s[:i], false}, s[i:]
			if strings.ContainsAny(p.Name, " \t\n()'\",;") {
				return parts, false
			}
		}
		if p.Name == "" {
			return parts, false
		}
		parts = append(parts, p)
		if s == "" {
			return parts, len(parts) <= 3
		}
		if s[0] != '.' {
			return parts, false
		}
		s = s[1:]
	}
}

// RowIDs resolves the ids of an input or SQL model, in declared order. "rudder_id", "main_id" and the main_id_type of a
// stitcher as type mean that the column holds the main id itself.
func (b *Builder) RowIDs(owner Source, ids []*spec.InputID) []*RowID {
	var out []*RowID
	for _, s := range ids {
		e := b.EntityNamed(s.Entity)
		id := &RowID{Span: s.Span, Entity: e, Written: s.Select, ToDefault: !s.ToDefaultStitcherOK || s.ToDefaultStitcher.Value}
		if s.Type.Value == "rudder_id" || s.Type.Value == "main_id" && b.IDType("main_id") == nil || slices.Contains(b.unit.spec.MainIDTypes, s.Type.Value) {
			id.MainID = true
		} else if id.Type = b.idTypeNamed(s.Type); id.Type == nil && s.Type.Value != "" {
			b.Diags.Errorf(diag.RUnknownIDType, s.Type.Span, "no id type %q", s.Type.Value).
				WithFix("%s", orElse(didYouMean(s.Type.Value, b.idTypeNames()), "declare it under id_types in pb_project.yaml"))
		}
		if e == nil || (!id.MainID && id.Type == nil) {
			owner.Base().Broken = true
			continue
		}
		b.Text(func() {
			id.Select = b.Scalar(owner, s.Select, Scope{From: owner})
			b.Check(func() { b.noAggregates(id.Select, anID) })
		})
		out = append(out, id)
	}
	return out
}

// What is computed before there is an entity to aggregate for.
const anID, aTime, aRowFilter = "an id", "the time of a row", "the where of an input"

// noAggregates says so when an expression that is computed row by row aggregates.
func (b *Builder) noAggregates(t *sqltext.Tree, what string) {
	if t == nil || !t.Facts.Aggregates {
		return
	}
	b.noAggregatesIn(t, what)
}

// noAggregatesIn is noAggregates for a part of a text, which has no facts of its own.
func (b *Builder) noAggregatesIn(t *sqltext.Tree, what string) {
	calls := t.AggregateCalls()
	if len(calls) == 0 {
		return
	}
	at := calls[0].Text.Span()
	fix := "aggregate in an entity_var with from, and refer to that var"
	if what == anID || what == aTime || what == aRowFilter {
		fix = "aggregate in an SQL model, and read that instead of the input"
	}
	b.Diags.Errorf(diag.RAggregateNotAllowed, at, "%s is computed row by row and cannot aggregate", what).WithFix("%s", fix)
}
