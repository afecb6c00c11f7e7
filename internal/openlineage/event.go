// Package openlineage has the events of the OpenLineage standard (openlineage.io/spec/2-0-2) that kith tells, and ways to hand them
// to a receiver. It knows no project and no run.
package openlineage

import (
	"crypto/sha1"
	"encoding/hex"
	"time"
)

// Addresses of the schemas that the values follow.
const (
	specURL   = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
	facetsURL = "https://openlineage.io/spec/facets/"
)

// Types of events.
const (
	Start    = "START"
	Complete = "COMPLETE"
	Fail     = "FAIL"
	Abort    = "ABORT"
)

// Event is a change in the state of one run of a job.
type Event struct {
	EventType string    `json:"eventType"`
	EventTime time.Time `json:"eventTime"`
	Run       Run       `json:"run"`
	Job       Job       `json:"job"`
	Inputs    []Dataset `json:"inputs"`
	Outputs   []Dataset `json:"outputs"`
	Producer  string    `json:"producer"`
	SchemaURL string    `json:"schemaURL"`
}

// Run is one run of a job.
type Run struct {
	RunID  string    `json:"runId"`
	Facets RunFacets `json:"facets"`
}

// RunFacets say more of a run.
type RunFacets struct {
	NominalTime      *NominalTime      `json:"nominalTime,omitempty"`
	Parent           *Parent           `json:"parent,omitempty"`
	ErrorMessage     *ErrorMessage     `json:"errorMessage,omitempty"`
	ProcessingEngine *ProcessingEngine `json:"processing_engine,omitempty"`
}

// Job is what is run again and again.
type Job struct {
	Namespace string    `json:"namespace"`
	Name      string    `json:"name"`
	Facets    JobFacets `json:"facets"`
}

// JobFacets say more of a job.
type JobFacets struct {
	JobType            *JobType            `json:"jobType,omitempty"`
	Documentation      *Documentation      `json:"documentation,omitempty"`
	SQL                *SQL                `json:"sql,omitempty"`
	SourceCodeLocation *SourceCodeLocation `json:"sourceCodeLocation,omitempty"`
}

// Dataset is a table, view or file.
type Dataset struct {
	Namespace    string        `json:"namespace"`
	Name         string        `json:"name"`
	Facets       DatasetFacets `json:"facets"`
	OutputFacets *OutputFacets `json:"outputFacets,omitempty"`
}

// DatasetFacets say more of a dataset.
type DatasetFacets struct {
	Schema        *Schema        `json:"schema,omitempty"`
	ColumnLineage *ColumnLineage `json:"columnLineage,omitempty"`
}

// OutputFacets say what a run made of a dataset.
type OutputFacets struct {
	OutputStatistics *OutputStatistics `json:"outputStatistics,omitempty"`
}

// Base is what every facet has.
type Base struct {
	Producer  string `json:"_producer"`
	SchemaURL string `json:"_schemaURL"`
}

// NominalTime is the time that a run is about.
type NominalTime struct {
	Base
	NominalStartTime time.Time  `json:"nominalStartTime"`
	NominalEndTime   *time.Time `json:"nominalEndTime,omitempty"`
}

// Parent is the run that started this one. Root is the first of all, nil when that is the parent itself and nothing is known above.
type Parent struct {
	Base
	Run  RunRef `json:"run"`
	Job  JobRef `json:"job"`
	Root *Root  `json:"root,omitempty"`
}

// Root is the run at the top.
type Root struct {
	Run RunRef `json:"run"`
	Job JobRef `json:"job"`
}

// RunRef names a run.
type RunRef struct {
	RunID string `json:"runId"`
}

// JobRef names a job.
type JobRef struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// ErrorMessage is why a run failed.
type ErrorMessage struct {
	Base
	Message             string `json:"message"`
	ProgrammingLanguage string `json:"programmingLanguage"`
}

// ProcessingEngine is what carries a run out.
type ProcessingEngine struct {
	Base
	Version string `json:"version"`
	Name    string `json:"name"`
}

// JobType is what a job is.
type JobType struct {
	Base
	ProcessingType string `json:"processingType"`
	Integration    string `json:"integration"`
	JobType        string `json:"jobType"`
}

// Documentation is a job in a sentence.
type Documentation struct {
	Base
	Description string `json:"description"`
}

// SQL is the text that a job runs.
type SQL struct {
	Base
	Query   string `json:"query"`
	Dialect string `json:"dialect,omitempty"`
}

// SourceCodeLocation is where a job is declared.
type SourceCodeLocation struct {
	Base
	Type    string `json:"type"`
	URL     string `json:"url"`
	RepoURL string `json:"repoUrl,omitempty"`
	Path    string `json:"path,omitempty"`
	Version string `json:"version,omitempty"`
	Branch  string `json:"branch,omitempty"`
}

// Schema are the columns of a dataset.
type Schema struct {
	Base
	Fields []SchemaField `json:"fields"`
}

// SchemaField is a column.
type SchemaField struct {
	Name        string `json:"name"`
	Type        string `json:"type,omitempty"`
	Description string `json:"description,omitempty"`
}

// ColumnLineage says what the columns of a dataset are made of, and what decides about its rows.
type ColumnLineage struct {
	Base
	Fields  map[string]FieldLineage `json:"fields"`
	Dataset []InputField            `json:"dataset,omitempty"`
}

// FieldLineage is what one column is made of.
type FieldLineage struct {
	InputFields []InputField `json:"inputFields"`
}

// InputField is a column of an input with how it takes part.
type InputField struct {
	Namespace       string           `json:"namespace"`
	Name            string           `json:"name"`
	Field           string           `json:"field"`
	Transformations []Transformation `json:"transformations"`
}

// Transformation is one way of taking part.
type Transformation struct {
	Type        string `json:"type"`
	Subtype     string `json:"subtype"`
	Description string `json:"description"`
	Masking     bool   `json:"masking"`
}

// OutputStatistics are numbers of what a run wrote.
type OutputStatistics struct {
	Base
	RowCount int64 `json:"rowCount"`
}

// Facet is the base of a facet by the name of its definition; producer says who tells it.
func Facet(producer, name string) Base {
	return Base{Producer: producer, SchemaURL: facetsURL + facetVersions[name] + "/" + name + ".json#/$defs/" + name}
}

// facetVersions are the versions of the facets' schemas at spec 2-0-2.
var facetVersions = map[string]string{
	"NominalTimeRunFacet": "1-0-1", "ParentRunFacet": "1-1-0", "ErrorMessageRunFacet": "1-0-1", "ProcessingEngineRunFacet": "1-1-1",
	"JobTypeJobFacet": "2-0-3", "DocumentationJobFacet": "1-0-1", "SQLJobFacet": "1-1-0", "SourceCodeLocationJobFacet": "1-0-1",
	"SchemaDatasetFacet": "1-1-1", "ColumnLineageDatasetFacet": "1-2-0", "OutputStatisticsOutputDatasetFacet": "1-0-2",
}

// New is an event of a producer, a URI.
func New(kind string, at time.Time, producer string) Event {
	return Event{EventType: kind, EventTime: at.UTC().Truncate(time.Microsecond), Inputs: []Dataset{}, Outputs: []Dataset{}, Producer: producer, SchemaURL: specURL}
}

// urlSpace is the namespace of UUIDs made of URLs (RFC 9562, section 6.6).
const urlSpace = "\x6b\xa7\xb8\x11\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8"

// ID makes a UUID of version 5 (RFC 9562, section 5.5) of parts: the same parts give the same id everywhere.
func ID(parts ...string) string {
	h := sha1.New()
	h.Write([]byte(urlSpace))
	for i, p := range parts {
		if i > 0 {
			h.Write([]byte{0})
		}
		h.Write([]byte(p))
	}
	b := h.Sum(nil)[:16]
	b[6], b[8] = b[6]&0x0f|0x50, b[8]&0x3f|0x80
	x := hex.EncodeToString(b)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}
