package project

import (
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"kith/internal/lineage"
	"kith/internal/openlineage"
	"kith/internal/rel"
	"kith/internal/run"
	"kith/internal/sqltext"
)

// LineageEvents tells a run and its steps as events of OpenLineage: the run is a job, each step that runs a job of its own whose
// parent is the run. Steps that are reused or skipped do not run and are not told.
type LineageEvents struct {
	w       *Work
	c       *Compiled
	header  RunHeader
	opt     LineageOptions
	send    func(openlineage.Event)
	graph   *lineage.Graph
	steps   map[string]*run.Step
	schemas map[string]*openlineage.Schema
	run     string // id
	started time.Time
}

// LineageOptions choose how a run is told.
type LineageOptions struct {
	// Namespace is that of the jobs.
	Namespace string
	// Parent is the run that started this one, nil for none.
	Parent *openlineage.Root
}

// LineageEvents begins to tell a run to send.
func (w *Work) LineageEvents(c *Compiled, h RunHeader, opt LineageOptions, send func(openlineage.Event)) *LineageEvents {
	l := &LineageEvents{w: w, c: c, header: h, opt: opt, send: send, graph: c.Lineage(), steps: map[string]*run.Step{}, schemas: map[string]*openlineage.Schema{}}
	for _, s := range c.Plan.Steps {
		l.steps[string(s.Addr)] = s
	}
	return l
}

// Event tells an event of the run, if it changes the state of a job.
func (l *LineageEvents) Event(e run.Event) {
	switch e := e.(type) {
	case *run.RunStarted:
		l.started = e.At
		l.run = openlineage.ID("run", l.header.Project, l.header.Target, strconv.FormatInt(l.header.SeqNo, 10), e.At.Format(time.RFC3339Nano))
		l.send(l.ofRun(openlineage.Start, e.At))
	case *run.StepStarted:
		if ev, ok := l.ofStep(openlineage.Start, e.Addr, e.Title, l.started.Add(e.Start)); ok {
			l.send(ev)
		}
	case *run.StepDone:
		kind := map[run.Status]string{run.Done: openlineage.Complete, run.Failed: openlineage.Fail, run.Interrupted: openlineage.Abort}[e.Status]
		if kind == "" {
			return
		}
		ev, ok := l.ofStep(kind, e.Addr, e.Title, l.started.Add(e.Start+e.Took))
		if !ok {
			return
		}
		if e.Error != "" {
			ev.Run.Facets.ErrorMessage = l.failure(e.Error)
		}
		if e.Status == run.Done && e.Rows >= 0 && e.Addr != publishStep && len(ev.Outputs) > 0 {
			ev.Outputs[0].OutputFacets = &openlineage.OutputFacets{OutputStatistics: &openlineage.OutputStatistics{
				Base: l.facet("OutputStatisticsOutputDatasetFacet"), RowCount: e.Rows}}
		}
		l.send(ev)
	}
}

// End tells how the run ended.
func (l *LineageEvents) End(r *RunReport) {
	if l.run == "" {
		return
	}
	kind := openlineage.Fail
	switch r.Status {
	case run.RunDoneWhole:
		kind = openlineage.Complete
	case run.RunInterrupted:
		kind = openlineage.Abort
	}
	ev := l.ofRun(kind, l.started.Add(time.Duration(r.Seconds*float64(time.Second)).Round(time.Microsecond)))
	var messages []string
	for _, d := range r.Failures.Sorted() {
		messages = append(messages, d.Safe())
	}
	if len(messages) > 0 {
		ev.Run.Facets.ErrorMessage = l.failure(strings.Join(messages, "\n"))
	}
	l.send(ev)
}

func (l *LineageEvents) producer() string { return "urn:kith:" + url.PathEscape(l.header.Version) }

func (l *LineageEvents) facet(name string) openlineage.Base {
	return openlineage.Facet(l.producer(), name)
}

func (l *LineageEvents) failure(message string) *openlineage.ErrorMessage {
	return &openlineage.ErrorMessage{Base: l.facet("ErrorMessageRunFacet"), Message: message, ProgrammingLanguage: "SQL"}
}

func (l *LineageEvents) jobName() string { return l.header.Project + "." + l.header.Target }

// event is one without datasets, with what all events of the run say.
func (l *LineageEvents) event(kind string, at time.Time, id, job, jobType, title, file string) openlineage.Event {
	e := openlineage.New(kind, at, l.producer())
	nominal := &openlineage.NominalTime{Base: l.facet("NominalTimeRunFacet"), NominalStartTime: l.header.EndTime}
	if b := l.header.BeginTime; b != nil {
		end := l.header.EndTime
		nominal.NominalStartTime, nominal.NominalEndTime = *b, &end
	}
	e.Run = openlineage.Run{RunID: id, Facets: openlineage.RunFacets{NominalTime: nominal,
		ProcessingEngine: &openlineage.ProcessingEngine{Base: l.facet("ProcessingEngineRunFacet"), Name: "kith", Version: l.header.Version}}}
	e.Job = openlineage.Job{Namespace: l.opt.Namespace, Name: job, Facets: openlineage.JobFacets{
		JobType:            &openlineage.JobType{Base: l.facet("JobTypeJobFacet"), ProcessingType: "BATCH", Integration: "KITH", JobType: jobType},
		Documentation:      &openlineage.Documentation{Base: l.facet("DocumentationJobFacet"), Description: title},
		SourceCodeLocation: l.source(file)}}
	return e
}

// source is where a file of the project is to be found, nil when the project is in no repository with an address.
func (l *LineageEvents) source(file string) *openlineage.SourceCodeLocation {
	c := l.header.Commit
	if c == nil || c.Remote == "" {
		return nil
	}
	path := strings.TrimPrefix(strings.TrimSuffix(c.Folder+"/"+file, "/"), "./")
	return &openlineage.SourceCodeLocation{Base: l.facet("SourceCodeLocationJobFacet"), Type: "git", URL: c.Remote + "/blob/" + c.SHA + "/" + path,
		RepoURL: c.Remote, Path: path, Version: c.SHA, Branch: c.Branch}
}

// ofRun is an event of the whole run: it reads what no step makes and writes what is published.
func (l *LineageEvents) ofRun(kind string, at time.Time) openlineage.Event {
	e := l.event(kind, at, l.run, l.jobName(), "RUN", "Profiles project "+l.header.Project+", target "+l.header.Target, "pb_project.yaml")
	if p := l.opt.Parent; p != nil {
		e.Run.Facets.Parent = &openlineage.Parent{Base: l.facet("ParentRunFacet"), Run: p.Run, Job: p.Job, Root: p}
	}
	seen := map[string]bool{}
	for _, s := range l.c.Plan.Steps {
		if l.steps[string(s.Addr)] == nil || s.Action == "leave" {
			continue
		}
		for _, d := range l.reads(s.Out) {
			if d.Object.Space == rel.Internal && d.File == "" || seen[d.Key()] {
				continue
			}
			seen[d.Key()] = true
			e.Inputs = append(e.Inputs, l.dataset(d))
		}
	}
	for _, p := range l.c.Plan.Published {
		e.Outputs = append(e.Outputs, l.dataset(lineage.Dataset{Object: rel.Named(rel.Target, p.Name)}))
	}
	return e
}

// ofStep is an event of a step; ok is false for what is no step of the plan.
func (l *LineageEvents) ofStep(kind, address, title string, at time.Time) (e openlineage.Event, ok bool) {
	s := l.steps[address]
	if s == nil && address != publishStep {
		return e, false
	}
	file, query := "", ""
	var outs []rel.Object
	if s != nil {
		if !s.Span.IsZero() {
			file = filepath.ToSlash(s.Span.Path())
		}
		outs = append([]rel.Object{s.Out}, s.Extra...)
		for _, st := range s.Stmts {
			query += statement(st)
		}
	} else {
		for _, p := range l.c.Plan.Published {
			outs = append(outs, rel.Named(rel.Target, p.Name))
		}
		query = statement(l.c.Plan.PublishStmt)
	}
	e = l.event(kind, at, openlineage.ID("step", l.run, address), l.jobName()+"."+address, "MODEL", title, file)
	e.Job.Facets.SQL = &openlineage.SQL{Base: l.facet("SQLJobFacet"), Query: strings.TrimSpace(sqltext.Masked(query)), Dialect: l.c.Dialect.Name()}
	parent := &openlineage.Parent{Base: l.facet("ParentRunFacet"), Run: openlineage.RunRef{RunID: l.run}, Job: openlineage.JobRef{Namespace: l.opt.Namespace, Name: l.jobName()}}
	parent.Root = &openlineage.Root{Run: parent.Run, Job: parent.Job}
	if l.opt.Parent != nil {
		parent.Root = l.opt.Parent
	}
	e.Run.Facets.Parent = parent
	seen := map[string]bool{}
	for _, o := range outs {
		for _, d := range l.reads(o) {
			if !seen[d.Key()] {
				seen[d.Key()] = true
				e.Inputs = append(e.Inputs, l.dataset(d))
			}
		}
	}
	for _, o := range outs {
		if kind == openlineage.Complete { // what is there now has other columns, perhaps
			delete(l.schemas, o.Key())
		}
		d := l.dataset(lineage.Dataset{Object: o})
		d.Facets.ColumnLineage = l.columns(o)
		e.Outputs = append(e.Outputs, d)
	}
	return e, true
}

func (l *LineageEvents) reads(o rel.Object) []lineage.Dataset {
	if t := l.graph.Table(o); t != nil {
		return t.Reads
	}
	return nil
}

// columns is what the columns of an object are made of, nil when nothing is known.
func (l *LineageEvents) columns(o rel.Object) *openlineage.ColumnLineage {
	t := l.graph.Table(o)
	if t == nil {
		return nil
	}
	out := &openlineage.ColumnLineage{Base: l.facet("ColumnLineageDatasetFacet"), Fields: map[string]openlineage.FieldLineage{}, Dataset: l.fields(t.Rows)}
	for _, c := range t.Columns {
		if c.Known {
			out.Fields[c.Name] = openlineage.FieldLineage{InputFields: l.fields(c.Inputs)}
		}
	}
	if t.Open && len(t.Reads) == 1 { // a star: what the input has, as it is
		s := l.schema(t.Reads[0])
		if s == nil { // a file: what was made of it has the same
			s = l.schema(lineage.Dataset{Object: o})
		}
		if s != nil {
			for _, f := range s.Fields {
				if _, listed := t.Column(f.Name); !listed {
					out.Fields[f.Name] = openlineage.FieldLineage{InputFields: l.fields([]lineage.Input{{Dataset: t.Reads[0], Column: f.Name, Uses: []lineage.Use{lineage.Identity}}})}
				}
			}
		}
	}
	if len(out.Fields) == 0 && len(out.Dataset) == 0 {
		return nil
	}
	return out
}

func (l *LineageEvents) fields(ins []lineage.Input) []openlineage.InputField {
	out := []openlineage.InputField{}
	for _, in := range ins {
		d := l.name(in.Dataset)
		f := openlineage.InputField{Namespace: d.Namespace, Name: d.Name, Field: in.Column, Transformations: []openlineage.Transformation{}}
		for _, u := range in.Uses {
			f.Transformations = append(f.Transformations, openlineage.Transformation{Type: u.Type, Subtype: u.Subtype, Masking: u.Masking})
		}
		out = append(out, f)
	}
	return out
}

// dataset is a dataset with its columns, as far as they are known.
func (l *LineageEvents) dataset(d lineage.Dataset) openlineage.Dataset {
	out := l.name(d)
	out.Facets.Schema = l.schema(d)
	return out
}

// schema asks the warehouse for the columns once, and takes what the programs say where it does not know the object yet.
func (l *LineageEvents) schema(d lineage.Dataset) *openlineage.Schema {
	if d.File != "" {
		return nil
	}
	if s, ok := l.schemas[d.Key()]; ok {
		return s
	}
	s := &openlineage.Schema{Base: l.facet("SchemaDatasetFacet")}
	if t, ok, err := l.w.Conn.Table(d.Object); err == nil && ok {
		for _, c := range t.Columns {
			s.Fields = append(s.Fields, openlineage.SchemaField{Name: c.Name, Type: c.Type})
		}
		l.schemas[d.Key()] = s
		return s
	}
	if t := l.graph.Table(d.Object); t != nil && !t.Open && len(t.Columns) > 0 {
		for _, c := range t.Columns {
			s.Fields = append(s.Fields, openlineage.SchemaField{Name: c.Name})
		}
		return s
	}
	return nil
}

// name names a dataset by the rules of the standard (openlineage.io/docs/spec/naming). It has none for DuckDB; the form is that
// of dbt-ol, so that models of dbt and of kith in one file meet: duckdb://<path of the file>, <database>.<schema>.<table>.
func (l *LineageEvents) name(d lineage.Dataset) openlineage.Dataset {
	if d.File != "" {
		return fileDataset(d.File)
	}
	var parts []string
	for _, p := range d.Object.Parts {
		parts = append(parts, p.Name)
	}
	env := l.c.Settings.Env
	switch d.Object.Space {
	case rel.Internal:
		parts = append([]string{env.InternalSchema}, parts...)
	case rel.Target:
		parts = append([]string{env.TargetSchema}, parts...)
	}
	space, database := l.w.Target.dataSource()
	if len(parts) < 3 && database != "" {
		parts = append([]string{database}, parts...)
	}
	return openlineage.Dataset{Namespace: space, Name: strings.Join(parts, ".")}
}

// dataSource is the namespace of a target's tables and the name of its database.
func (t Target) dataSource() (namespace, database string) {
	if t.DuckDB != nil {
		base := filepath.Base(t.DuckDB.Path)
		return "duckdb://" + filepath.ToSlash(t.DuckDB.Path), strings.TrimSuffix(base, filepath.Ext(base))
	}
	if t.Settings == nil {
		return t.Type, ""
	}
	text := func(keys ...string) string {
		for _, k := range keys {
			if v := t.Settings.Text(k); v != "" {
				return v
			}
		}
		return ""
	}
	database = text("dbname", "database", "db", "catalog", "project_id")
	switch t.Type {
	case "bigquery":
		return "bigquery", database
	case "snowflake":
		return "snowflake://" + text("account"), database
	}
	port := map[string]int{"postgres": 5432, "redshift": 5439, "trino": 8080, "clickhouse": 9000, "databricks": 443}[t.Type]
	if n, ok := t.Settings.Int("port"); ok {
		port = n
	}
	host := text("host")
	if host == "" || strings.HasPrefix(host, "/") { // a socket of this machine
		host = "localhost"
	}
	return t.Type + "://" + net.JoinHostPort(host, strconv.Itoa(port)), database
}

// fileDataset names a data file: by its bucket or host, or as a file of this machine.
func fileDataset(path string) openlineage.Dataset {
	if scheme, rest, ok := strings.Cut(path, "://"); ok {
		host, key, _ := strings.Cut(rest, "/")
		host = host[strings.LastIndex(host, "@")+1:]
		key, _, _ = strings.Cut(key, "?") // signatures are secrets
		return openlineage.Dataset{Namespace: scheme + "://" + host, Name: key}
	}
	return openlineage.Dataset{Namespace: "file", Name: filepath.ToSlash(path)}
}
