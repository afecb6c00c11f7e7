package audit

import "kith/internal/identity"

// Thresholds say what is suspicious.
type Thresholds struct {
	// Deviations is how many median deviations above the median of its type the degree of an id may be. A deviation counts as at
	// least 1, since in most graphs half of all ids have the same degree.
	Deviations int64 `json:"deviations"`
	// Bridge is how many ids the second largest part must have for an id that joins two parts to be suspected, whatever its degree;
	// 0 takes the size that 99 of 100 clusters do not exceed, but at least LeastBridge.
	Bridge int64 `json:"bridge"`
	// Top is how many clusters, suspects and builds are listed.
	Top int `json:"top"`
}

// The thresholds that hold where nothing else is said.
const (
	Deviations  = 10
	LeastBridge = 10
	Top         = 10
)

// settle fills in what is left open.
func (t Thresholds) settle(sizes identity.Sizes) Thresholds {
	if t.Deviations == 0 {
		t.Deviations = Deviations
	}
	if t.Bridge == 0 {
		t.Bridge = max(LeastBridge, sizes.Percentile(99))
	}
	if t.Top == 0 {
		t.Top = Top
	}
	return t
}
