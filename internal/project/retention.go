package project

import "time"

// defaultRetention is how long materials are kept when the project does not say (modelling.md, table of project keys).
const defaultRetention = 720 * time.Hour

// Retention is how long the project keeps materials after their last use.
func (p *Project) Retention() time.Duration {
	d, err := time.ParseDuration(p.Spec.RetentionPeriod.Value)
	if err != nil { // not given: what is given was checked when it was read
		return defaultRetention
	}
	return d
}
