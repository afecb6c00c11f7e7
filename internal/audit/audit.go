// Package audit finds out what state an identity graph is in: how large its clusters are, what joins its types of ids, which ids look
// as if many people shared them, what would become of the graph without each of these, and what changed since the graph that readers
// saw before. Everything that touches all ids is an aggregate in the warehouse; into the process come frequencies of sizes, and of the
// clusters that are looked at closely the bare shape.
package audit

import (
	"context"
	"time"

	"kith/internal/identity"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/rel"
)

// Rows is what counting asks of a warehouse.
type Rows interface {
	// Rows runs a query and returns all its rows.
	Rows(ctx context.Context, q rel.Rel) ([][]any, error)
}

// Warehouse is what an audit asks of a warehouse.
type Warehouse interface {
	Rows
	// Pairs runs a query of two BIGINT columns without NULL and hands its rows on in batches, which are reused.
	Pairs(ctx context.Context, q rel.Rel, fn func(a, b []int64)) error
}

// Graph is the graph that is looked at.
type Graph struct {
	Stitcher *model.Stitcher
	Parts    lower.GraphParts
	// Changed tells that the project says something else of the graph than what it was built by: what is read by the project's
	// word (rows of sources) is left out then.
	Changed bool
	// Before is the graph that readers saw before this one, nil for none.
	Before *Before
	// Seeds are ids whose clusters are told as well.
	Seeds []Seed
	// Rows are the objects of sources whose rows without any id are to be counted, by address: each is read once, as it is now.
	Rows map[string]rel.Object
}

// Seed asks for the clusters of all ids that hold Value and are of a type that holds Type. With the type MainIDs it is a main id itself.
type Seed struct{ Value, Type string }

// MainIDs is the type of a Seed that is a main id (platform.md section 9.1).
const MainIDs = "rudder_id"

// Before is the graph of an earlier publish.
type Before struct {
	Parts lower.GraphParts
	// Material is its name, SeqNo the run that built it.
	Material string
	SeqNo    int64
	// NoEdges tells that there is no view of its edges.
	NoEdges bool
}

// Audit is what was found out. It holds values of ids, which Mask takes out.
type Audit struct {
	Stitcher string    `json:"stitcher"`
	Entity   string    `json:"entity"`
	Material string    `json:"material"`
	SeqNo    int64     `json:"seqNo"`
	EndTime  time.Time `json:"endTime"`
	BuiltAt  time.Time `json:"builtAt"`
	Masked   bool      `json:"masked"`
	// Changed tells that the project has changed since the graph was built.
	Changed bool `json:"changedSince"`

	Summary
	Types   []Type     `json:"types"`
	Sizes   SizeReport `json:"sizes"`
	Edges   EdgeReport `json:"edges"`
	Degrees []Degree   `json:"degrees"`
	Largest []*Cluster `json:"largest"`
	// Longest are the clusters with the greatest distances, of those that were taken apart; Seeds those of ids that were asked for.
	Longest  []*Cluster `json:"longest"`
	Seeds    []*Cluster `json:"seeds"`
	Suspects []*Suspect `json:"suspects"`
	// SuspectsFound is how many there are, of which the worst are told. AllCured is the graph without all that
	// are told and not needless; nil where there are none, and where the cluster of one was not taken apart.
	SuspectsFound int          `json:"suspectsFound"`
	AllCured      *Prediction  `json:"allCured"`
	NeverLink     []string     `json:"neverLink"`
	NeverMeet     []NeverMeet  `json:"neverMeet"`
	Apart         [][]string   `json:"apart"`
	Sources       []Source     `json:"sources"`
	Drift         *Drift       `json:"drift"`
	Trend         []TrendPoint `json:"trend"`
	Thresholds    Thresholds   `json:"thresholds"`
	Notes         []string     `json:"notes"`
}

// Summary is the graph in a few numbers.
type Summary struct {
	IDs      int64 `json:"ids"`
	Clusters int64 `json:"clusters"`
	// Singletons are clusters of one id.
	Singletons        int64   `json:"singletons"`
	SingletonsPercent float64 `json:"singletonsPercent"`
	LargestIDs        int64   `json:"largestIds"`
	LargestPercent    float64 `json:"largestPercent"`
	IDsPerCluster     float64 `json:"idsPerCluster"`
	// Consolidation is how many percent fewer clusters than ids there are.
	Consolidation float64 `json:"consolidationPercent"`
}

// Type is what the graph holds of one id type.
type Type struct {
	Type string `json:"type"`
	IDs  int64  `json:"ids"`
	// Clusters have at least one id of the type, Most is the most in one cluster, Average the mean over clusters that have one.
	Clusters int64   `json:"clusters"`
	Most     int64   `json:"mostInOne"`
	Average  float64 `json:"averagePerCluster"`
	// Singletons are ids of the type that are alone in their cluster.
	Singletons        int64   `json:"singletons"`
	SingletonsPercent float64 `json:"singletonsPercent"`
}

// SizeReport says how large clusters are.
type SizeReport struct {
	Percentiles []Percentile `json:"percentiles"`
	Histogram   []Bin        `json:"histogram"`
	sizes       identity.Sizes
}

// Percentile is the size that so many percent of the clusters do not exceed.
type Percentile struct {
	Percent float64 `json:"percent"`
	Size    int64   `json:"size"`
}

// Bin counts the clusters of From to To ids.
type Bin struct {
	From     int64 `json:"from"`
	To       int64 `json:"to"`
	Clusters int64 `json:"clusters"`
	IDs      int64 `json:"ids"`
}

// EdgeReport counts pairs of ids. A pair that several sources have is one pair.
type EdgeReport struct {
	Pairs  int64       `json:"pairs"`
	ByType []TypePair  `json:"byType"`
	Found  []FoundIn   `json:"bySource"`
	Lost   []DroppedBy `json:"dropped"`
}

// TypePair is how many pairs of two types there are.
type TypePair struct {
	Type1 string `json:"type1"`
	Type2 string `json:"type2"`
	Pairs int64  `json:"pairs"`
}

// FoundIn is how many pairs of two types one source has.
type FoundIn struct {
	Type1  string `json:"type1"`
	Type2  string `json:"type2"`
	Source string `json:"source"`
	// Rule is what joined the ids, "" where they stood on one row.
	Rule      string     `json:"rule,omitempty"`
	Pairs     int64      `json:"pairs"`
	Rows      int64      `json:"rows"`
	FirstSeen *time.Time `json:"firstSeen"`
	LastSeen  *time.Time `json:"lastSeen"`
}

// DroppedBy is how many pairs a guard, rule or decision keeps out of the graph.
type DroppedBy struct {
	By    string `json:"by"`
	Pairs int64  `json:"pairs"`
}

// Degree is how many other ids the ids of a type stand beside. Ids that stand alone are not counted.
type Degree struct {
	Type    string  `json:"type"`
	Linked  int64   `json:"linkedIds"`
	Average float64 `json:"average"`
	Median  int64   `json:"median"`
	// Deviation is the median distance from the median, Limit the degree above which an id is suspected.
	Deviation int64 `json:"medianDeviation"`
	P99       int64 `json:"p99"`
	Max       int64 `json:"max"`
	Limit     int64 `json:"limit"`
	Above     int64 `json:"aboveLimit"`
}

// Cluster is a large cluster and what holds it together.
type Cluster struct {
	MainID string    `json:"mainId"`
	IDs    int64     `json:"ids"`
	Types  []TypeNum `json:"types"`
	// Bridges are the ids without which it falls apart, those first that would part most members from the rest.
	Bridges []Bridge `json:"bridges"`
	// Hubs are the ids that stand beside the most others. Farthest is how far away from the first of them an id is at most, in pairs: the
	// distance of two ids of the cluster is at most twice as much. Long thin chains are as suspicious as large clusters.
	Hubs     []Bridge `json:"hubs"`
	Farthest int64    `json:"farthest"`
	// Unread is set when the cluster was too large to look into.
	Unread bool `json:"unread,omitempty"`
}

// TypeNum is how many ids of a type a cluster has.
type TypeNum struct {
	Type string `json:"type"`
	IDs  int64  `json:"ids"`
}

// Bridge is an id that holds parts of a cluster together.
type Bridge struct {
	ID        ID    `json:"id"`
	Degree    int64 `json:"degree"`
	Parts     int64 `json:"parts"`
	Separated int64 `json:"separated"`
}

// ID is an id with its type.
type ID struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Suspect is an id that looks as if many people shared it.
type Suspect struct {
	ID         ID     `json:"id"`
	MainID     string `json:"mainId"`
	ClusterIDs int64  `json:"clusterIds"`
	Degree     int64  `json:"degree"`
	Limit      int64  `json:"limit"`
	// Because says in words why it is suspected.
	Because []string `json:"because"`
	// Parts is what the cluster would fall into, Bridged how many of the parts have at least two ids, Separated how many ids would no
	// longer be with the largest part.
	Parts     int64 `json:"parts"`
	Bridged   int64 `json:"bridged"`
	Separated int64 `json:"separated"`
	// Cure is YAML that keeps the id out, After the graph with it; nil where the cluster was too large to look into.
	Cure  string      `json:"cure"`
	After *Prediction `json:"after"`
	// Needless is set where nothing large hangs on the id once those before it are out.
	Needless bool `json:"needless,omitempty"`
	// Exempt says what would bring the id back in spite of the filter, "" for nothing.
	Exempt string `json:"exempt,omitempty"`
}

// Prediction is the graph as it would be.
type Prediction struct {
	IDs        int64 `json:"ids"`
	Clusters   int64 `json:"clusters"`
	Singletons int64 `json:"singletons"`
	LargestIDs int64 `json:"largestIds"`
	// Exact is not set where a guard dropped edges of the cluster, of which some may come back.
	Exact bool `json:"exact"`
}

// NeverMeet are two id types of which no two ids stand side by side, though Sources have both.
type NeverMeet struct {
	Type1   string   `json:"type1"`
	Type2   string   `json:"type2"`
	Sources []string `json:"sources"`
}

// Source is what one edge source brings.
type Source struct {
	Source string   `json:"source"`
	Types  []string `json:"types"`
	// NoID is nil where the source was not read for it.
	NoID    *int64 `json:"rowsWithoutId"`
	OneID   int64  `json:"rowsWithOneId"`
	MoreIDs int64  `json:"rowsWithMoreIds"`
	IDs     int64  `json:"ids"`
	// Only are ids that no other source has.
	Only int64 `json:"idsOnlyHere"`
}

// TrendPoint are the metrics of one build of the graph.
type TrendPoint struct {
	Material string             `json:"material"`
	SeqNo    int64              `json:"seqNo"`
	At       time.Time          `json:"measuredAt"`
	Metrics  map[string]float64 `json:"metrics"`
}
