package packages

import (
	"regexp"
	"strings"
)

var bestVersion = regexp.MustCompile(`\{\{\s*best_schema_version\s*\}\}`)

// address is a git address as Profiles writes them (modelling.md section 14.2):
//
//	https://host/owner/repo[/tree/<branch>|/tag/<tag>|/commit/<sha>][/<subpath>]
//	git@host:owner/repo[/...]          ssh://git@host:port/owner/repo.git[/...]          file:///path/repo.git[/...]
type address struct {
	// Clone is what git clones; Kind is "", "tree", "tag" or "commit", Ref what follows it; Path a folder of the repository.
	Clone, Kind, Ref, Path string
	text                   string
}

// parseAddress reads a git address; ok is false for anything else, such as a folder.
func parseAddress(url string) (address, bool) {
	a := address{text: url}
	var head, rest string
	switch {
	case strings.HasPrefix(url, "https://"), strings.HasPrefix(url, "http://"), strings.HasPrefix(url, "ssh://"), strings.HasPrefix(url, "file://"):
		scheme, tail, _ := strings.Cut(url, "://")
		host, path, ok := strings.Cut(tail, "/")
		if !ok {
			return a, false
		}
		head, rest = scheme+"://"+host+"/", path
	case strings.HasPrefix(url, "git@"):
		host, path, ok := strings.Cut(url, ":")
		if !ok {
			return a, false
		}
		head, rest = host+":", path
	default:
		return a, false
	}
	// The repository ends at ".git", at tree/tag/commit, or after owner/repo.
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	end := len(parts)
	for i, p := range parts {
		if strings.HasSuffix(p, ".git") {
			end = i + 1
			break
		}
		if i > 0 && (p == "tree" || p == "tag" || p == "commit") {
			end = i
			break
		}
	}
	if end == len(parts) && end > 2 && !strings.HasPrefix(url, "file://") && !strings.Contains(rest, "_git/") {
		end = 2
	}
	if i := indexOf(parts, "_git"); i >= 0 && i+2 <= len(parts) { // Azure DevOps: org/project/_git/repo
		end = i + 2
	}
	tail := parts[end:]
	if strings.HasPrefix(url, "file://") && end == len(parts) {
		tail = nil
	}
	a.Clone = head + strings.Join(parts[:end], "/")
	if strings.HasPrefix(url, "file:///") {
		a.Clone = "file:///" + strings.Join(parts[:end], "/")
	}
	if len(tail) >= 2 && (tail[0] == "tree" || tail[0] == "tag" || tail[0] == "commit") {
		a.Kind, a.Ref, tail = tail[0], tail[1], tail[2:]
	}
	a.Path = strings.Join(tail, "/")
	return a, len(parts[:end]) > 0
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}
