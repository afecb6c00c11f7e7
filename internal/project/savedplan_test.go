package project

import (
	"testing"

	"kith/internal/run"
	"kith/internal/spec"
)

// TestElsewhere holds plans against a project, a target and a version other than those they were made with.
func TestElsewhere(t *testing.T) {
	p := &Project{Spec: &spec.Project{}, Leaves: Leaves{Version: "1.2.0"}}
	p.Spec.Name.Value = "shop"
	var target Target
	made := SavedPlan{Project: "shop", Kith: "1.2.0", Target: savedTarget(target)}
	if why := made.Elsewhere(p, target); why != "" {
		t.Errorf("its own: %s", why)
	}
	older, other := made, made
	older.Kith = "1.1.0"
	other.Kith, other.Project = "1.3.0", "store"
	for _, c := range []struct {
		plan SavedPlan
		want string
	}{
		{older, "it was made by kith 1.1.0, this is 1.2.0"},
		{other, "it is of project store, not shop; it was made by kith 1.3.0, this is 1.2.0"},
	} {
		if why := c.plan.Elsewhere(p, target); why != c.want {
			t.Errorf("got %q, want %q", why, c.want)
		}
	}
}

// TestMoved counts leases and publishes since a plan was made. Of one that was made where nothing was built there were none.
func TestMoved(t *testing.T) {
	made := SavedPlan{State: &run.Standing{PublishNo: 3, Fence: 7}}
	first := SavedPlan{}
	const another = "another run has begun in this warehouse since the plan was made"
	for _, c := range []struct {
		plan   SavedPlan
		now    run.Standing
		leases int64
		want   string
	}{
		{made, run.Standing{PublishNo: 3, Fence: 7}, 0, ""},
		{made, run.Standing{PublishNo: 3, Fence: 8}, 1, ""},
		{made, run.Standing{PublishNo: 3, Fence: 8}, 0, another},
		{made, run.Standing{PublishNo: 3, Fence: 9}, 1, another},
		{made, run.Standing{PublishNo: 4, Fence: 9}, 1, "another publish is in force: number 4, the plan was made on number 3"},
		{first, run.Standing{}, 0, ""},
		{first, run.Standing{Fence: 1}, 1, ""},
		{first, run.Standing{Fence: 1}, 0, another},
	} {
		if why := c.plan.Moved(c.now, c.leases); why != c.want {
			t.Errorf("%+v with %d leases: got %q, want %q", c.now, c.leases, why, c.want)
		}
	}
}
