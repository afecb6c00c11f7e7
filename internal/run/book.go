package run

import (
	"context"
	"encoding/json"
	"sort"
	"strings"
	"time"

	"kith/internal/rel"
)

// publishedTable is the book of published names: the whole set of them for every publish, so that an earlier one can be
// returned to. Which publish is the present one says the state.
var publishedTable = rel.Named(rel.Internal, "kith_published")

var publishedColumns = []rel.Column{
	{Name: "name", Type: rel.Text}, {Name: "material_name", Type: rel.Text}, {Name: "seq_no", Type: rel.BigInt},
	{Name: "publish_no", Type: rel.BigInt}, {Name: "kind", Type: rel.Text}, {Name: "model_ref", Type: rel.Text},
	{Name: "project", Type: rel.Text}, {Name: "comments", Type: rel.Text},
	{Name: "published_at", Type: rel.Timestamp}, {Name: "returned_to", Type: rel.BigInt},
}

// What a published name is.
const (
	kindView  = "view"
	kindTable = "table"
)

// Name is a published name and what stands behind it.
type Name struct {
	Name string
	// Kind is "view" or "table": what was asked for. How it is made is the strategy's.
	Kind string
	// Material is the object of the internal schema that is shown, SeqNo the run it comes from.
	Material string
	SeqNo    int64
	// Ref is the address of the node, Project the name of the project that declares it.
	Ref, Project string
	Comment      string
	Columns      map[string]string // comments of columns
}

func (n Name) key() string { return strings.ToLower(n.Name) }

// view is the name as a relation over its material.
func (n Name) view() rel.PublishedView {
	return rel.PublishedView{Name: n.Name, Table: n.Kind == kindTable, Comment: n.Comment, ColumnComments: n.Columns,
		Body: &rel.Select{From: rel.Source{Rel: &rel.Table{Object: n.object()}, Alias: "m"}, Items: []rel.Item{{Star: true, Of: "m"}}}}
}

func (n Name) object() rel.Object { return rel.Named(rel.Internal, n.Material) }

// Book is the set of names that one publish left.
type Book struct {
	// No counts publishes, 0 before the first. SeqNo is the run that was published.
	No, SeqNo int64
	// At is when, ReturnedTo the number of the earlier publish that this one returned to, 0 for the publish of a run.
	At         time.Time
	ReturnedTo int64
	Names      []Name // by name

	slot string
}

// Name returns the entry of a name, in any letter case.
func (b *Book) Name(name string) (Name, bool) {
	for _, n := range b.Names {
		if strings.EqualFold(n.Name, name) {
			return n, true
		}
	}
	return Name{}, false
}

type commentsOf struct {
	Comment string            `json:"comment,omitempty"`
	Columns map[string]string `json:"columns,omitempty"`
}

// Book returns the present book; it is empty before the first publish.
func (r *Registry) Book(ctx context.Context) (*Book, error) {
	s, ok, err := r.readState(ctx)
	if err != nil || !ok || s.publishNo == 0 {
		return &Book{}, err
	}
	books, err := r.books(ctx, s.publishNo)
	if err != nil {
		return nil, err
	}
	b := &Book{No: s.publishNo}
	if len(books) > 0 {
		b = books[0]
	}
	b.slot, b.SeqNo = s.slot, s.seqNo
	return b, nil
}

// Books returns the books of all publishes that were seen by readers, the newest first.
func (r *Registry) Books(ctx context.Context) ([]*Book, error) {
	s, ok, err := r.readState(ctx)
	if err != nil || !ok {
		return nil, err
	}
	all, err := r.books(ctx, 0)
	if err != nil {
		return nil, err
	}
	var out []*Book
	for _, b := range all {
		if b.No <= s.publishNo { // a later one was written by a publish that did not happen
			out = append(out, b)
		}
	}
	return out, nil
}

// books reads the book of one publish, or with no 0 of all, the newest first.
func (r *Registry) books(ctx context.Context, no int64) ([]*Book, error) {
	if no == 0 {
		return r.booksWhere(ctx)
	}
	return r.booksWhere(ctx, rel.Eq(rel.C("t", "publish_no"), rel.I(no)))
}

// booksWhere reads the entries of all books for which conditions hold, the newest book first.
func (r *Registry) booksWhere(ctx context.Context, where ...rel.Expr) ([]*Book, error) {
	sel := r.selectFrom(publishedTable, "publish_no", "name", "kind", "material_name", "seq_no", "model_ref", "project", "comments", "published_at", "returned_to")
	sel.Where = where
	rows, err := r.rows(ctx, sel)
	if err != nil {
		return nil, err
	}
	by := map[int64]*Book{}
	var out []*Book
	for _, row := range rows {
		text := func(i int) string { s, _ := row[i].(string); return s }
		no, _ := row[0].(int64)
		b := by[no]
		if b == nil {
			b = &Book{No: no}
			b.At, _ = row[8].(time.Time)
			b.ReturnedTo, _ = row[9].(int64)
			by[no] = b
			out = append(out, b)
		}
		n := Name{Name: text(1), Kind: text(2), Material: text(3), Ref: text(5), Project: text(6)}
		n.SeqNo, _ = row[4].(int64)
		var c commentsOf
		if text(7) != "" && json.Unmarshal([]byte(text(7)), &c) == nil {
			n.Comment, n.Columns = c.Comment, c.Columns
		}
		b.SeqNo = max(b.SeqNo, n.SeqNo)
		b.Names = append(b.Names, n)
	}
	for _, b := range out {
		sort.Slice(b.Names, func(i, j int) bool { return b.Names[i].key() < b.Names[j].key() })
	}
	sort.Slice(out, func(i, j int) bool { return out[i].No > out[j].No })
	return out, nil
}

// write is the program that enters a book. What a publish that did not happen left under its number goes first.
func (b *Book) write() (rel.Program, error) {
	rows := &rel.Values{Columns: publishedColumns}
	var names []string
	for _, c := range publishedColumns {
		names = append(names, c.Name)
	}
	for _, n := range b.Names {
		var comments any
		if n.Comment != "" || len(n.Columns) > 0 {
			text, err := json.Marshal(commentsOf{n.Comment, n.Columns})
			if err != nil {
				return nil, err
			}
			comments = string(text)
		}
		var returned any
		if b.ReturnedTo > 0 {
			returned = b.ReturnedTo
		}
		var row []rel.Expr
		for _, v := range []any{n.Name, n.Material, n.SeqNo, b.No, n.Kind, n.Ref, n.Project, comments, b.At, returned} {
			row = append(row, &rel.Lit{Value: v})
		}
		rows.Rows = append(rows.Rows, row)
	}
	out := rel.Program{&rel.Delete{Into: publishedTable, Where: []rel.Expr{rel.Eq(rel.C("t", "publish_no"), rel.I(b.No))}}}
	if len(rows.Rows) > 0 {
		out = append(out, &rel.Insert{Into: publishedTable, Columns: names, Body: rows})
	}
	return out, nil
}
