package cli

import (
	"os"
	"regexp"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/openlineage"
	"kith/internal/project"
	"kith/internal/run"
)

// lineageFlags say where the events of a run go.
type lineageFlags struct{ file, url, namespace string }

// Variables of the environment, as other tools that speak OpenLineage read them (openlineage.io/docs/client/python). The key has no
// flag: command lines are seen by everybody on a machine.
const (
	envLineageURL       = "OPENLINEAGE_URL"
	envLineageKey       = "OPENLINEAGE_API_KEY"
	envLineageNamespace = "OPENLINEAGE_NAMESPACE"
	envLineageParent    = "OPENLINEAGE_PARENT_ID"
	envLineageDisabled  = "OPENLINEAGE_DISABLED"
)

// lineagePatience is how long the end of a run waits for receivers.
const lineagePatience = 10 * time.Second

// check reports an address that cannot be one.
func (f *lineageFlags) check(diags *diag.List) {
	if f.url == "" {
		return
	}
	if _, err := (openlineage.HTTP{URL: f.url}).Address(); err != nil {
		diags.Errorf(diag.UFlag, noSpan, "--openlineage_url: %v", err).WithFix("write it like http://localhost:5000")
	}
}

// lineageTold tells a run to receivers. A nil one tells nobody.
type lineageTold struct {
	events *project.LineageEvents
	queue  *openlineage.Queue
}

// tellLineage begins to tell a run, if there is somebody to tell. What is wrong with the environment is a warning.
func (a *App) tellLineage(w *project.Work, c *project.Compiled, h project.RunHeader, f lineageFlags) (*lineageTold, diag.List) {
	var diags diag.List
	if strings.EqualFold(os.Getenv(envLineageDisabled), "true") {
		return nil, nil
	}
	var receivers []openlineage.Receiver
	if f.file != "" {
		receivers = append(receivers, openlineage.File{Path: f.file})
	}
	url := f.url
	if url == "" {
		url = os.Getenv(envLineageURL)
	}
	if url != "" {
		h := openlineage.HTTP{URL: url, Key: os.Getenv(envLineageKey)}
		if _, err := h.Address(); err != nil {
			diags.Warnf(diag.WLineage, noSpan, "%s: %v", envLineageURL, err).WithFix("write it like http://localhost:5000, or set OPENLINEAGE_DISABLED=true")
		} else {
			receivers = append(receivers, h)
		}
	}
	if len(receivers) == 0 {
		return nil, diags
	}
	opt := project.LineageOptions{Namespace: f.namespace}
	if opt.Namespace == "" {
		opt.Namespace = os.Getenv(envLineageNamespace)
	}
	if opt.Namespace == "" {
		opt.Namespace = "kith"
	}
	if text := os.Getenv(envLineageParent); text != "" {
		if opt.Parent = parentRun(text); opt.Parent == nil {
			diags.Warnf(diag.WLineage, noSpan, "%s is not <namespace>/<job>/<run id>", envLineageParent)
		}
	}
	q := openlineage.NewQueue(receivers...)
	return &lineageTold{queue: q, events: w.LineageEvents(c, h, opt, q.Send)}, diags
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// parentRun reads "<namespace>/<job>/<run id>"; nil when it is none. A namespace may hold slashes.
func parentRun(text string) *openlineage.Root {
	rest, id, ok := cutLast(text)
	namespace, job, ok2 := cutLast(rest)
	if !ok || !ok2 || !uuid.MatchString(id) {
		return nil
	}
	return &openlineage.Root{Run: openlineage.RunRef{RunID: id}, Job: openlineage.JobRef{Namespace: namespace, Name: job}}
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '/')
	if i <= 0 || i == len(s)-1 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// event tells an event.
func (t *lineageTold) event(e run.Event) {
	if t != nil {
		t.events.Event(e)
	}
}

// end tells how the run ended and waits for the receivers.
func (t *lineageTold) end(r *project.RunReport) diag.List {
	if t == nil {
		return nil
	}
	t.events.End(r)
	var diags diag.List
	for _, err := range t.queue.Close(lineagePatience) {
		diags.Warnf(diag.WLineage, noSpan, "the OpenLineage events of the run were not all received: %v", err)
	}
	return diags
}
