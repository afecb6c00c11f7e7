package project

import (
	"context"
	"slices"
	"strings"

	"kith/internal/diag"
	"kith/internal/model"
	"kith/internal/rel"
	"kith/internal/source"
	"kith/internal/truth"
)

// Truth is what is known of ids: which of them truly belong together. It is read from a file.
type Truth struct {
	Path string
	ids  []trueID
	file *csvFile
	rows map[[2]string]int // index of ids by type in lower case and value
}

// trueID is one id of a Truth.
type trueID struct {
	value, idType, cluster string
	at                     source.Span
}

// TruthColumns are the columns of a file of truth. id_type may be left out, or left empty, where the value tells.
var TruthColumns = []string{"id", "id_type", "cluster"}

// ReadTruth reads a csv file with a row for each id and the cluster that it truly belongs to. show lets lines of the file appear
// in messages.
func ReadTruth(path string, show bool) (*Truth, diag.List) {
	f := readCSVFile(path, "the file of truth", diag.UTruth, TruthColumns, []string{"id", "cluster"}, show)
	if !f.named {
		return nil, f.diags
	}
	t := &Truth{Path: path, file: f, rows: map[[2]string]int{}}
	for _, r := range f.rows {
		t.add(r)
	}
	if len(f.rows) == 0 && !f.diags.HasErrors() {
		f.wrong(source.Span{File: f.file}, "the file of truth has no ids").WithFix("write a line for each id whose cluster is known")
	}
	return t, f.diags
}

func (t *Truth) add(r csvRow) {
	var x trueID
	var atCluster source.Span
	x.value, x.at = t.file.cell(r, "id")
	x.idType, _ = t.file.cell(r, "id_type")
	x.cluster, atCluster = t.file.cell(r, "cluster")
	if x.value == "" {
		t.file.wrong(r.at[0], "this row has no id").WithFix("take the row away")
		return
	}
	if x.cluster == "" {
		t.file.wrong(atCluster, "this row has no cluster").WithFix("give every id a cluster, one of its own if it belongs to no other")
		return
	}
	key := [2]string{strings.ToLower(x.idType), x.value}
	i, twice := t.rows[key]
	switch {
	case !twice:
		t.rows[key] = len(t.ids)
		t.ids = append(t.ids, x)
	case t.ids[i].cluster != x.cluster:
		contradicts(t.file, x, t.ids[i])
	}
}

func contradicts(f *csvFile, x, earlier trueID) {
	f.wrong(x.at, "this id has another cluster in an earlier row").WithAlso(earlier.at, "the earlier row").WithFix("an id belongs to one cluster: correct one of the rows")
}

// Judgement is how an identity graph stands the test of a Truth.
type Judgement struct {
	Entity   string `json:"entity"`
	Stitcher string `json:"stitcher"`
	SeqNo    int64  `json:"seqNo"`
	File     string `json:"file"`
	// IDs are those of the file, Missing those of them that the graph has not. All figures are about the others, whose share is
	// Coverage.
	IDs           int     `json:"ids"`
	Missing       int     `json:"missing"`
	Coverage      float64 `json:"coverage"`
	truth.Figures `json:"figures"`
	Merges        []Mix `json:"worstMerges"`
	Splits        []Mix `json:"worstSplits"`
}

// Mix is a profile with ids of several true clusters, or a true cluster with ids in several profiles.
type Mix struct {
	// MainID is that of the profile. Cluster is the name of the true cluster, "" where values are masked.
	MainID  string `json:"mainId,omitempty"`
	Cluster string `json:"cluster,omitempty"`
	// Pairs are how many pairs of ids are joined wrongly, or missed.
	Pairs int64     `json:"pairs"`
	Parts []MixPart `json:"parts"`
}

// MixPart are the ids of a Mix that belong to one true cluster, or are in one profile.
type MixPart struct {
	MainID  string  `json:"mainId,omitempty"`
	Cluster string  `json:"cluster,omitempty"`
	Size    int     `json:"size"`
	IDs     []MixID `json:"ids"`
}

// MixID is an id of a MixPart. Value is "" where values are masked; Line, in the file of truth, says which it is.
type MixID struct {
	Line  int    `json:"line"`
	Type  string `json:"type"`
	Value string `json:"value,omitempty"`
}

// maxMixIDs is how many ids of a part are listed.
const maxMixIDs = 5

// Judge compares an entity's graph, as it was built at a moment, with a truth: the graph of the one entity, or of the one named.
// most is how many of the worst merges and splits are listed. show lets values of ids appear.
func (w *Work) Judge(ctx context.Context, m Moment, t *Truth, entity string, most int, show bool) (*Judgement, diag.List, error) {
	g, diags, err := w.Project.Resolve(w.Settings(m))
	if err != nil || diags.HasErrors() {
		return nil, diags, err
	}
	e, diags := stitched(g, entity)
	if e == nil {
		return nil, diags, nil
	}
	materials, err := w.materials(ctx, g, m)
	if err != nil {
		return nil, nil, err
	}
	b, diags := graphOf(e, materials, m)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	j := &judging{t: t, show: show, f: &csvFile{file: t.file.file, code: diag.UTruth, show: show}}
	if diags := j.index(e); diags.HasErrors() {
		return nil, diags, nil
	}
	if err := j.read(ctx, w, e, rel.Named(rel.Internal, b.Name), w.Settings(m)); err != nil {
		return nil, nil, err
	}
	if diags := j.unclear(); diags.HasErrors() {
		return nil, diags, nil
	}
	out := &Judgement{Entity: e.Name, Stitcher: string(e.Stitcher.Address), SeqNo: m.SeqNo, File: t.Path, IDs: len(j.ids)}
	j.judge(out, most)
	return out, nil, nil
}

// stitched is the entity with a graph that is meant.
func stitched(g *model.Graph, name string) (*model.Entity, diag.List) {
	var diags diag.List
	var with []*model.Entity
	var names []string
	for _, e := range g.Entities {
		if e.Stitcher != nil && !e.Stitcher.Collator && (name == "" || strings.EqualFold(name, e.Name)) {
			with, names = append(with, e), append(names, e.Name)
		}
	}
	switch {
	case len(with) == 1:
		return with[0], nil
	case len(with) > 1:
		diags.Errorf(diag.UMissing, source.Span{}, "which entity? %s have identity graphs", strings.Join(names, ", ")).WithFix("give --entity")
	case g.Entity(name) != nil:
		diags.Errorf(diag.UFlag, g.Entity(name).Span, "entity %s has no graph in which ids are joined", name)
	case name != "":
		diags.Errorf(diag.UFlag, source.Span{}, "no entity %q in this project", name)
	default:
		diags.Errorf(diag.UFlag, source.Span{}, "no entity of this project has a graph in which ids are joined")
	}
	return nil, diags
}

// judging is the work of Judge. ids are those of the truth, each once; found has where each of them is.
type judging struct {
	t    *Truth
	show bool
	// f collects what is wrong.
	f     *csvFile
	ids   []trueID
	of    map[[2]string][]int // indexes of ids by type and value as the graph has them
	found []place
}

// place is where an id was found; several tells that it is, as ids of several types, in more than one profile.
type place struct {
	main, idType string
	several      bool
}

// index says what the ids are called in the graph, each by the normalisers of its type: two rows of a file may be one id.
func (j *judging) index(e *model.Entity) diag.List {
	var names []string
	for _, t := range e.IDTypes {
		names = append(names, t.Name)
	}
	j.of = map[[2]string][]int{}
	typed := map[[2]string]int{}
	for _, id := range j.t.ids {
		if id.idType == "" {
			for _, t := range e.IDTypes {
				if v, ok := t.Normal(id.value); ok {
					key := [2]string{t.Name, v}
					j.of[key] = append(j.of[key], len(j.ids))
				}
			}
			j.ids = append(j.ids, id)
			continue
		}
		i := slices.IndexFunc(e.IDTypes, func(t *model.IDType) bool { return strings.EqualFold(t.Name, id.idType) })
		if i < 0 {
			j.f.wrong(id.at, "entity %s has no id type %q", e.Name, id.idType).WithFix("its id types are %s", strings.Join(names, ", "))
			continue
		}
		if v, ok := e.IDTypes[i].Normal(id.value); ok {
			key := [2]string{names[i], v}
			if n, twice := typed[key]; twice {
				if j.ids[n].cluster != id.cluster {
					contradicts(j.f, id, j.ids[n])
				}
				continue
			}
			typed[key] = len(j.ids)
			j.of[key] = append(j.of[key], len(j.ids))
		}
		j.ids = append(j.ids, id)
	}
	j.found = make([]place, len(j.ids))
	return j.f.diags
}

// read goes through the graph once and keeps what the truth knows of.
func (j *judging) read(ctx context.Context, w *Work, e *model.Entity, graph rel.Object, s Settings) error {
	q := &rel.Select{From: rel.Source{Rel: &rel.Table{Object: graph}, Alias: "g"}, Items: []rel.Item{
		{Expr: rel.C("g", graphID), As: graphID}, {Expr: rel.C("g", graphType), As: graphType}, {Expr: rel.C("g", e.IDColumn), As: e.IDColumn}}}
	text, diags := w.Registry.Dialect.Query(q, s.Env)
	if diags.HasErrors() {
		return errorOf(diags)
	}
	rows, err := w.Conn.Query(ctx, text.S)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v := rows.Values()
		value, _ := v[0].(string)
		idType, _ := v[1].(string)
		main, _ := v[2].(string)
		for _, i := range j.of[[2]string{idType, value}] {
			if at := &j.found[i]; at.main == "" {
				*at = place{main: strings.Clone(main), idType: strings.Clone(idType)}
			} else if at.main != main {
				at.several = true
			}
		}
	}
	return rows.Err()
}

// unclear says which ids are in more than one profile.
func (j *judging) unclear() diag.List {
	for i, id := range j.ids {
		if j.found[i].several {
			j.f.wrong(id.at, "this id is in more than one profile, as ids of several types").WithFix("say in column id_type which is meant")
		}
	}
	return j.f.diags
}

func (j *judging) judge(out *Judgement, most int) {
	var ids []truth.ID
	var rows []int // index of ids in the truth
	for i, id := range j.ids {
		if j.found[i].main == "" {
			out.Missing++
			continue
		}
		ids, rows = append(ids, truth.ID{Truth: id.cluster, Found: j.found[i].main}), append(rows, i)
	}
	out.Coverage = float64(len(ids)) / float64(max(out.IDs, 1))
	out.Figures = truth.Compare(ids)
	out.Merges, out.Splits = []Mix{}, []Mix{}
	for _, m := range truth.Merges(ids, most) {
		x := Mix{MainID: m.Name, Pairs: m.Pairs}
		for _, p := range m.Parts {
			x.Parts = append(x.Parts, j.part(MixPart{Cluster: j.shown(p.Name)}, p, rows))
		}
		out.Merges = append(out.Merges, x)
	}
	for _, m := range truth.Splits(ids, most) {
		x := Mix{Cluster: j.shown(m.Name), Pairs: m.Pairs}
		for _, p := range m.Parts {
			x.Parts = append(x.Parts, j.part(MixPart{MainID: p.Name}, p, rows))
		}
		out.Splits = append(out.Splits, x)
	}
}

func (j *judging) part(out MixPart, p truth.Part, rows []int) MixPart {
	out.Size = len(p.IDs)
	for _, n := range p.IDs[:min(len(p.IDs), maxMixIDs)] {
		id := j.ids[rows[n]]
		line, _ := id.at.Position()
		out.IDs = append(out.IDs, MixID{Line: line, Type: j.found[rows[n]].idType, Value: j.shown(id.value)})
	}
	return out
}

// shown is a value of a row as far as it may be seen.
func (j *judging) shown(value string) string {
	if j.show {
		return value
	}
	return ""
}
