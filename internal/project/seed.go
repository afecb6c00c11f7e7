package project

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"kith/internal/diag"
	"kith/internal/rel"
	"kith/internal/run"
	"kith/internal/source"
)

// Seed is a file to load as a table.
type Seed struct {
	// Name is the table: name, schema.name or database.schema.name. Path is as it was given.
	Name, Path string
	// Format is "csv", "parquet" or "json".
	Format string
	// Label is what messages call the file, "" for its path.
	Label  string
	object rel.Object
}

// formats are the formats of files by the end of their name.
var formats = map[string]string{
	".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".pq": "parquet", ".json": "json", ".jsonl": "json", ".ndjson": "json",
}

// NewSeed reads "NAME=file", or a file whose name without its end is the table's name.
func NewSeed(arg string, named bool) (Seed, diag.List) {
	var diags diag.List
	fail := func(fix, format string, args ...any) (Seed, diag.List) {
		d := diags.Errorf(diag.WSeed, source.Span{}, format, args...)
		if fix != "" {
			d.WithFix("%s", fix)
		}
		return Seed{}, diags
	}
	s := Seed{Path: arg}
	if named {
		name, path, ok := strings.Cut(arg, "=")
		if !ok || path == "" {
			return fail("write it like --as orders=data/orders.csv", "--as %q is not of the form NAME=file", arg)
		}
		s.Name, s.Path = strings.TrimSpace(name), path
	} else {
		base := filepath.Base(arg)
		s.Name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	s.Format = formats[strings.ToLower(filepath.Ext(s.Path))]
	if s.Format == "" {
		return fail("files may end in .csv, .tsv, .parquet, .json, .jsonl and .ndjson", "%s is of no format that can be loaded", s.Path)
	}
	if info, err := os.Stat(s.Path); err != nil || info.IsDir() {
		return fail("paths start in the working directory", "there is no file %s", s.Path)
	}
	var ok bool
	if s.object, ok = tableName(s.Name, named); !ok {
		return fail("write NAME, SCHEMA.NAME or DATABASE.SCHEMA.NAME; names in double quotes keep their letters and dots", "%q is no table's name", s.Name)
	}
	return s, nil
}

// tableName reads up to three parts with dots between. A file's own name is one part, dots and all.
func tableName(name string, dotted bool) (rel.Object, bool) {
	if !dotted {
		return rel.Object{Space: rel.Target, Parts: []rel.Ident{{Name: name}}, Written: true}, name != ""
	}
	var parts []rel.Ident
	for rest := name; ; {
		part, quoted, tail, ok := firstPart(rest)
		if !ok {
			return rel.Object{}, false
		}
		parts = append(parts, rel.Ident{Name: part, Quoted: quoted})
		if tail == "" {
			break
		}
		rest = tail[1:]
	}
	o := rel.Object{Space: rel.External, Parts: parts, Written: true}
	if len(parts) == 1 {
		o.Space = rel.Target
	}
	return o, len(parts) <= 3
}

// firstPart reads a name up to a dot; what is left begins with the dot.
func firstPart(s string) (part string, quoted bool, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		part, after, dot := strings.Cut(s, ".")
		if dot {
			after = "." + after
		}
		return part, false, after, part != "" && !strings.ContainsAny(part, "\" \t\n") && after != "."
	}
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			i++
			continue
		}
		rest = s[i+1:]
		return strings.ReplaceAll(s[1:i], `""`, `"`), true, rest, i > 1 && (rest == "" || rest[0] == '.' && len(rest) > 1)
	}
	return "", false, "", false
}

// wayOut is what to do about a table of the same name.
func (s Seed) wayOut() string {
	if s.Label != "" { // a file of ours
		return "give --replace to replace it"
	}
	return "give --replace to replace it, or choose another name with --as NAME=" + s.Path
}

// Seeded is a file that was loaded.
type Seeded struct {
	Table  string `json:"table"`
	File   string `json:"file"`
	Format string `json:"format"`
	Rows   int64  `json:"rows"`
}

// Seed loads a file. What stands under the name is replaced only when replace is set.
func (w *Work) Seed(ctx context.Context, s Seed, replace bool) (Seeded, diag.List, error) {
	var diags diag.List
	out := Seeded{Table: s.Name, File: s.Path, Format: s.Format}
	if s.Label != "" {
		out.File = s.Label
	}
	loader, ok := w.Conn.(run.Loader)
	if !ok {
		diags.Errorf(diag.WSeed, source.Span{}, "files cannot be loaded into a warehouse of type %s", w.Target.Type).
			WithFix("load %s with the warehouse's own tools", s.Path)
		return out, diags, nil
	}
	if t, there, err := w.Conn.Table(s.object); err == nil && there {
		switch {
		case t.View:
			diags.Errorf(diag.WSeed, source.Span{}, "%s is a view and is never replaced by a file", s.Name).WithFix("choose another name with --as NAME=%s", s.Path)
		case !replace:
			diags.Errorf(diag.WSeed, source.Span{}, "there is a table %s already", s.Name).WithFix("%s", s.wayOut())
		}
		if diags.HasErrors() {
			return out, diags, nil
		}
	}
	path, err := filepath.Abs(s.Path)
	if err != nil {
		return out, nil, err
	}
	out.Rows, err = loader.LoadFile(ctx, path, s.Format, s.object, replace)
	if err != nil {
		if ctx.Err() != nil {
			return out, nil, err
		}
		d := run.Explain(err, "seed")
		d.Code, d.Message = diag.WSeed, fmt.Sprintf("%s cannot be loaded: %s", s.Path, strings.TrimPrefix(strings.TrimPrefix(d.Message, "seed: "), path+": "))
		return out, diag.List{d}, nil
	}
	return out, nil, nil
}
