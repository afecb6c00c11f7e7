package openlineage

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestID compares with an id that another implementation computed: Python's uuid.uuid5(NAMESPACE_URL, ...).
func TestID(t *testing.T) {
	if got := ID("https://example.com/a"); got != "6639460f-3425-5329-8097-a58f06127860" {
		t.Errorf("%s", got)
	}
	if ID("a", "bc") == ID("ab", "c") {
		t.Error("parts run together")
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"http://localhost:5000":             "http://localhost:5000/api/v1/lineage",
		"http://localhost:5000/":            "http://localhost:5000/api/v1/lineage",
		"https://x.example/ol":              "https://x.example/ol/api/v1/lineage",
		"https://x.example/api/v1/lineage":  "https://x.example/api/v1/lineage",
		"https://x.example/api/v1/lineage/": "https://x.example/api/v1/lineage/",
		"ftp://x.example":                   "",
		"localhost:5000":                    "",
		"http://user:se cret@x":             "",
	} {
		got, err := HTTP{URL: in}.Address()
		if (err != nil) != (want == "") || got != want {
			t.Errorf("%s: %s %v, want %s", in, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "cret") {
			t.Errorf("the error shows a password: %v", err)
		}
	}
}

// TestHTTP sends three events to a server, in order and with the key, and to one that refuses: that one is asked once.
func TestHTTP(t *testing.T) {
	var got []string
	good := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var e Event
		if err := json.Unmarshal(body, &e); err != nil {
			t.Error(err)
		}
		got = append(got, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization")+" "+r.Header.Get("Content-Type")+" "+e.EventType)
		w.WriteHeader(http.StatusCreated)
	}))
	defer good.Close()
	var asked atomic.Int32
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusForbidden)
	}))
	defer bad.Close()
	file := filepath.Join(t.TempDir(), "a", "events.jsonl")
	q := NewQueue(HTTP{URL: good.URL, Key: "k3y"}, HTTP{URL: bad.URL, Key: "k3y"}, File{file})
	for _, kind := range []string{Start, Complete, Abort} {
		q.Send(New(kind, time.Unix(0, 0), "urn:test"))
	}
	errs := q.Close(time.Minute)
	want := "POST /api/v1/lineage Bearer k3y application/json "
	if strings.Join(got, "|") != want+"START|"+want+"COMPLETE|"+want+"ABORT" {
		t.Errorf("%q", got)
	}
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "answered 403 Forbidden") || strings.Contains(errs[0].Error(), "k3y") {
		t.Errorf("%v", errs)
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
	data, err := os.ReadFile(file)
	if err != nil || strings.Count(string(data), "\n") != 3 {
		t.Errorf("%s %v", data, err)
	}
}

// TestSlow gives up on a server that does not answer, within the patience of the caller.
func TestSlow(t *testing.T) {
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer slow.Close()
	defer close(release)
	q := NewQueue(HTTP{URL: slow.URL, Timeout: 20 * time.Millisecond})
	q.Send(New(Start, time.Unix(0, 0), "urn:test"))
	if errs := q.Close(time.Minute); len(errs) != 1 || !strings.Contains(errs[0].Error(), "no answer within 20ms") {
		t.Errorf("%v", errs)
	}
	q = NewQueue(HTTP{URL: slow.URL, Timeout: time.Hour})
	q.Send(New(Start, time.Unix(0, 0), "urn:test"))
	if errs := q.Close(20 * time.Millisecond); len(errs) == 0 || !strings.Contains(errs[0].Error(), "still waiting") {
		t.Errorf("%v", errs)
	}
}
