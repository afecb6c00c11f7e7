package run

// Status of a whole run, as the registry and reports have it.
const (
	RunDoneWhole   = "done"
	RunPartial     = "partial" // some steps failed, and what is complete was published
	RunFailed      = "failed"
	RunInterrupted = "interrupted"
)

// Status returns how the run ended: one of the words above.
func (o *Outcome) Status() string {
	switch {
	case o.Interrupted:
		return RunInterrupted
	case len(o.Failures) == 0 && o.Done.Failed == 0:
		return RunDoneWhole
	case len(o.Published) > 0:
		return RunPartial
	}
	return RunFailed
}
