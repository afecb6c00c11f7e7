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
		if strings.HasPrefix(path, "/") { // from the root of the host, not from git's home
			head += "/"
		}
	default:
		return a, false
	}
	parts := strings.FieldsFunc(rest, func(r rune) bool { return r == '/' })
	if len(parts) == 0 {
		return a, false
	}
	end := repositoryEnd(parts, strings.HasPrefix(url, "file://"))
	a.Clone = head + strings.Join(parts[:end], "/")
	tail := parts[end:]
	if len(tail) >= 2 && tail[0] == "-" { // GitLab's pages: owner/repo/-/tree/main
		tail = tail[1:]
	}
	if len(tail) >= 2 && isKind(tail[0]) {
		a.Kind, a.Ref, tail = tail[0], tail[1], tail[2:]
	}
	a.Path = strings.Join(tail, "/")
	return a, true
}

// repositoryEnd counts the parts of an address that name the repository: they end at ".git", before tree, tag or commit, or
// after as many as the host has. local tells that the address is a path of this machine, of any depth.
func repositoryEnd(parts []string, local bool) int {
	if i := indexOf(parts, "_git"); i >= 0 && i+2 <= len(parts) { // Azure DevOps: org/project/_git/repo
		return i + 2
	}
	for i, p := range parts {
		switch {
		case strings.HasSuffix(p, ".git"):
			return i + 1
		case i > 0 && isKind(p), i > 1 && p == "-":
			return i
		}
	}
	switch {
	case local:
		return len(parts)
	case parts[0] == "v3": // Azure DevOps over ssh: v3/org/project/repo
		return min(4, len(parts))
	}
	return min(2, len(parts))
}

func isKind(s string) bool { return s == "tree" || s == "tag" || s == "commit" }

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}
