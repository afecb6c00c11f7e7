package packages

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestAddresses is that addresses are taken apart as testdata/addresses.txt says.
func TestAddresses(t *testing.T) {
	data, err := os.ReadFile("testdata/addresses.txt")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, l := range strings.Split(string(data), "\n") {
		if l != "" && !strings.HasPrefix(l, "#") {
			lines = append(lines, l)
		}
	}
	if len(lines) < 2 || len(lines)%2 != 0 {
		t.Fatalf("%d lines, which are not pairs", len(lines))
	}
	for i := 0; i < len(lines); i += 2 {
		got := "folder"
		if a, ok := parseAddress(lines[i]); ok {
			got = fmt.Sprintf("%s | %s | %s", a.Clone, orDash(strings.TrimSpace(a.Kind+" "+a.Ref)), orDash(a.Path))
		}
		if got != lines[i+1] {
			t.Errorf("%s\ngot  %s\nwant %s", lines[i], got, lines[i+1])
		}
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// FuzzAddress is that no address brings a panic or loses its host.
func FuzzAddress(f *testing.F) {
	data, err := os.ReadFile("testdata/addresses.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range strings.Split(string(data), "\n") {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, url string) {
		a, ok := parseAddress(url)
		if ok && (a.Clone == "" || strings.HasPrefix(a.Clone, "-")) {
			t.Errorf("%q is cloned from %q", url, a.Clone)
		}
		if ok && strings.HasPrefix(a.Path, "/") {
			t.Errorf("%q has the path %q", url, a.Path)
		}
	})
}

// TestHideUser is that no secret of an address is shown.
func TestHideUser(t *testing.T) {
	for in, want := range map[string]string{
		"https://user:secret@host/a/b":               "https://***@host/a/b",
		"https://token@host/a/b":                     "https://***@host/a/b",
		"https://user:se@cret@host/a/b":              "https://***@host/a/b",
		"see http://u:p@h/a and https://v:q@i/b@c/d": "see http://***@h/a and https://***@i/b@c/d",
		"ssh://git@host:22/a/b":                      "ssh://git@host:22/a/b",
		"ssh://git:secret@host/a/b":                  "ssh://***@host/a/b",
		"git@host:a/b":                               "git@host:a/b",
		"https://host/a@b":                           "https://host/a@b",
	} {
		if got := hideUser(in); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", in, got, want)
		}
	}
}

// TestBestTag is that the greatest version that is known is taken, by number and not by spelling.
func TestBestTag(t *testing.T) {
	refs := map[string]string{}
	for _, tag := range []string{"schema_9", "schema_42", "schema_98", "schema_200", "schema_x", "v7-web", "v64-web", "v64-app", "lone"} {
		refs["refs/tags/"+tag] = "c"
	}
	refs["refs/heads/schema_99"] = "a branch is no tag"
	for pattern, want := range map[string]string{
		"schema_{{best_schema_version}}":  "schema_98",
		"v{{ best_schema_version }}-web":  "v64-web",
		"nothing_{{best_schema_version}}": "the repository has no tag nothing_<version> up to version 99",
		"lone{{best_schema_version}}":     "the repository has no tag lone<version> up to version 99",
	} {
		got, err := bestTag(refs, pattern)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", pattern, got, want)
		}
	}
}
