package run

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kith/internal/identity"
	"kith/internal/lower"
	"kith/internal/model"
	"kith/internal/source"
)

// judgeBreaker compares the largest cluster with its bounds. base is the size of the largest one that is published, -1 when there
// is nothing to compare with.
func judgeBreaker(res *CheckResult, b *model.Breaker, largest, base int64) {
	has := fmt.Sprintf("the largest cluster of %s has %s", res.Object, idCount(largest))
	share := 100 * float64(largest) / float64(max(res.Rows, 1))
	fail := func(at source.Span, format string, args ...any) {
		res.At = at
		res.fail("%s"+format, append([]any{has}, args...)...)
	}
	switch {
	case b.Size >= 0 && largest > b.Size:
		fail(b.SizeAt, ", and maximum_cluster_size is %s", grouped(b.Size))
	case b.Share >= 0 && share > b.Share+tolerance:
		fail(b.ShareAt, ", which is %s of all %s, and maximum_cluster_share is %s", percent(share), grouped(res.Rows), percent(b.Share))
	case base <= 0: // nothing is published that could be compared
	case b.GrowthTimes >= 0 && float64(largest) > b.GrowthTimes*float64(base)+tolerance:
		fail(b.TimesAt, ", %s times the %s of the largest one that is published, and maximum_growth_times is %s", times(float64(largest)/float64(base)), grouped(base), times(b.GrowthTimes))
	case b.GrowthIDs >= 0 && largest > base+b.GrowthIDs:
		fail(b.IDsAt, ", %s more than the largest one that is published, and maximum_growth_ids is %s", grouped(largest-base), grouped(b.GrowthIDs))
	}
}

// brokenBound is the key of the bound that a failure is about: the last one that its detail names.
func brokenBound(detail string) string {
	words := strings.Fields(detail)
	for i := len(words) - 1; i >= 0; i-- {
		if strings.HasPrefix(words[i], "maximum_") {
			return words[i]
		}
	}
	return "the bound"
}

func times(f float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
}

func idCount(n int64) string {
	if n == 1 {
		return "1 id"
	}
	return grouped(n) + " ids"
}

// shownBridges is how many of the ids that hold a cluster together are named.
const shownBridges = 3

// bridging says which ids hold the largest cluster together, with their values and without; "" when nothing can be said.
func (r *runner) bridging(ctx context.Context, c *Check) (shown, masked string) {
	g, err := r.cluster(ctx, c)
	if err != nil || g == nil {
		return "", "" // the failure itself is told
	}
	points := g.Weak().Points
	if len(points) == 0 {
		return "", "; no single id holds it together"
	}
	slices.SortStableFunc(points, func(a, b identity.Point) int { return apart(b) - apart(a) })
	var values, types []string
	for _, p := range points[:min(len(points), shownBridges)] {
		n := g.Nodes[p.Node]
		without := fmt.Sprintf(" (links %s to the other %s)", idCount(int64(apart(p))), grouped(int64(p.Parts[0])))
		values = append(values, n.Type+" "+strconv.Quote(n.Value)+without)
		types = append(types, n.Type+without)
	}
	return "; bridging ids: " + strings.Join(values, ", "), "; bridging ids: " + strings.Join(types, ", ")
}

// apart is how many ids would come apart from the largest part of a cluster without an id.
func apart(p identity.Point) int {
	n := 0
	for _, size := range p.Parts[1:] {
		n += size
	}
	return n
}

// cluster reads the edges of the largest cluster. It is nil for one with more edges than are read.
func (r *runner) cluster(ctx context.Context, c *Check) (*identity.Graph, error) {
	rows, err := r.reg.Conn.Query(ctx, c.Edges.S)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var nodes []identity.Node
	var edges []identity.Edge
	at := map[identity.Node]int{}
	place := func(value, typ any) int {
		var n identity.Node
		n.Value, _ = value.(string)
		n.Type, _ = typ.(string)
		i, ok := at[n]
		if !ok {
			i = len(nodes)
			at[n], nodes = i, append(nodes, n)
		}
		return i
	}
	for rows.Next() {
		v := rows.Values()
		edges = append(edges, identity.Edge{A: place(v[0], v[1]), B: place(v[2], v[3])})
	}
	if err := rows.Err(); err != nil || len(edges) >= lower.BreakerEdges {
		return nil, err
	}
	return identity.New(nodes, edges), nil
}
