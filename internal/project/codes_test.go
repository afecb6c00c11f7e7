package project_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kith/internal/diag"
)

// elsewhere are the codes that no project of testdata/check can earn, each with the reason.
var elsewhere = map[diag.Code]string{
	diag.TemplateCallFailed: "every function that a project can call has words of its own for what fails",
	diag.SQLOpaque:          "no text of a project may stay unread",
	diag.SQLParserFailed:    "a failure of the parser itself, tested in sqltext",
	diag.SQLBytes:           "the loader refuses such files first (Y006, Y007); tested in sqltext",
	diag.TemplateMacroTwice: "within one project the loader says it (S005); between packages it is tested with them",
	diag.DNoFiles:           "only engines that neither read nor load files, tested in dialect",
	diag.DStarExcept:        "only engines without a word for it, tested in dialect",
	diag.DValue:             "the loader refuses such bytes first; tested in dialect",
	diag.DUnknown:           "a flag of the command line, tested with it",
	diag.DReadOnly:          "a flag of the command line, tested with it",
	diag.SQLNotPortable:     "translation from another dialect, tested in sqltext/portable",
	diag.SQLPortableDoubt:   "translation from another dialect, tested in sqltext/portable",
	diag.SQLFormatModel:     "translation from another dialect, tested in sqltext/portable",
	diag.SQLDatePart:        "translation from another dialect, tested in sqltext/portable",
	diag.WLocked:            "two processes, tested with the command line",
	diag.WDiskFull:          "needs a full disk, tested in warehouse/duckdb",
	diag.WMemory:            "needs a small memory limit, tested in warehouse/duckdb",
	diag.WPermission:        "needs a read-only file, tested in warehouse/duckdb",
	diag.WInterrupted:       "needs a signal, tested with the command line",
	diag.WCatalogNote:       "about the command line's warehouse, tested with it",
	diag.WSeqNo:             "a flag of the command line, tested with it",
	diag.WTime:              "a flag of the command line, tested with it",
	diag.WSeed:              "kith seed, tested with the command line",
	diag.WQuery:             "kith query, tested with the command line",
	diag.WConnection:        "needs a server, tested in warehouse/postgres",
	diag.WLease:             "two runs at a time, tested in warehousetest",
	diag.WLeaseLost:         "two runs at a time, tested in warehousetest",
	diag.WShape:             "two runs by another strategy of publishing, tested in warehousetest",
	diag.WGone:              "kith rollback, tested with the command line",
	diag.WUndropped:         "kith cleanup, tested in warehousetest",
	diag.WNewer:             "tables of a newer version, tested in warehousetest",
	diag.WPlanMoved:         "a saved plan, tested with the command line",
	diag.RDecision:          "needs a decision in the warehouse, tested in warehousetest",
	diag.WReport:            "about the files of a run, tested with the command line",
	diag.WLineage:           "about receivers of events, tested with the command line",
}

// TestEveryCodeHasAnExample keeps the reference honest: a code that a project can earn and no project earns is a promise.
// Codes of files and documents (Y, S) have theirs in spec, those of the site configuration (C) in siteconfig.
func TestEveryCodeHasAnExample(t *testing.T) {
	earned := map[string]bool{}
	for _, file := range examples(t, "testdata/check/*.txtar") {
		for _, e := range readExample(t, file).expectations() {
			earned[e.code] = true
		}
	}
	for _, info := range diag.Infos() {
		if !strings.ContainsAny(string(info.Code[:1]), "RTQDWL") {
			continue
		}
		switch reason := elsewhere[info.Code]; {
		case reason == "" && !earned[string(info.Code)]:
			t.Errorf("%s (%s) has no example under testdata/check", info.Code, info.Title)
		case reason != "" && earned[string(info.Code)]:
			t.Errorf("%s (%s) has an example and a reason for having none", info.Code, info.Title)
		}
	}
}

var (
	codeConst = regexp.MustCompile(`(?m)^\s*(?:const )?(\w+)\s+Code\s+= "([A-Z]\d{3})"`)
	codeUse   = regexp.MustCompile(`\bdiag\.(\w+)\b`)
)

// TestEveryCodeIsUsed finds codes that nothing says any more.
func TestEveryCodeIsUsed(t *testing.T) {
	used := map[string]bool{}
	names := map[string]string{}
	must(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); strings.HasPrefix(base, ".") && base != "." && base != ".." {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if filepath.Base(filepath.Dir(path)) == "diag" {
			for _, m := range codeConst.FindAllStringSubmatch(string(data), -1) {
				names[m[1]] = m[2]
			}
			return nil
		}
		for _, m := range codeUse.FindAllStringSubmatch(string(data), -1) {
			used[m[1]] = true
		}
		return nil
	}))
	if len(names) < 100 {
		t.Fatalf("only %d codes found", len(names))
	}
	for name, code := range names {
		if !used[name] {
			t.Errorf("%s (%s) is said by nothing: remove it", code, name)
		}
	}
}
