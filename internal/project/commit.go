package project

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Commit is the state of the git repository that a project lies in.
type Commit struct {
	// SHA is the full hash of the commit that is checked out.
	SHA string `json:"sha"`
	// Branch is "" when no branch is checked out.
	Branch string `json:"branch,omitempty"`
	// Changed tells that files of the project differ from the commit.
	Changed bool `json:"changed"`
	// Folder is the project's folder within the repository, with forward slashes; "." for the repository itself.
	Folder string `json:"folder"`
	// Remote is the address of the remote "origin" as a page to open, without user or password; "" when there is none.
	Remote string `json:"remote,omitempty"`
}

// gitPatience is how long git may take: a run must not wait for a large repository on a slow disk.
const gitPatience = 3 * time.Second

// CommitOf returns the commit that a project's folder is at, nil when it is in no repository, when there is no commit or
// no git, and when git takes too long. What kith itself writes there (.kith, output) is no change.
func CommitOf(ctx context.Context, root string) *Commit {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir, cmd.WaitDelay = root, time.Second
		cmd.Env = append(withoutGit(os.Environ()), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
		out, err := cmd.Output()
		return strings.TrimSpace(string(out)), err
	}
	sha, err := git("rev-parse", "--verify", "-q", "HEAD")
	if err != nil {
		return nil
	}
	c := &Commit{SHA: sha, Folder: "."}
	c.Branch, _ = git("symbolic-ref", "--short", "-q", "HEAD")
	if prefix, err := git("rev-parse", "--show-prefix"); err == nil && prefix != "" {
		c.Folder = strings.TrimSuffix(filepath.ToSlash(prefix), "/")
	}
	changes, err := git("status", "--porcelain", "--", ".", ":(exclude).kith", ":(exclude)output")
	c.Changed = err != nil || changes != ""
	if remote, err := git("config", "--get", "remote.origin.url"); err == nil {
		c.Remote = pageOf(remote)
	}
	return c
}

// withoutGit drops what points git at another repository (a hook sets GIT_DIR).
func withoutGit(env []string) []string {
	var out []string
	for _, e := range env {
		switch name, _, _ := strings.Cut(e, "="); name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX":
		default:
			out = append(out, e)
		}
	}
	return out
}

// pageOf makes a page's address of that of a remote: "git@host:org/repo.git", ssh and https addresses. Anything else, such as
// a folder, gives "".
func pageOf(remote string) string {
	scheme, rest, found := strings.Cut(remote, "://")
	switch {
	case found && (scheme == "https" || scheme == "http" || scheme == "ssh"):
		host, path, _ := strings.Cut(rest, "/")
		host = host[strings.LastIndex(host, "@")+1:]
		if scheme == "ssh" {
			scheme, host = "https", strings.Split(host, ":")[0]
		}
		return trimmedPage(scheme, host, path)
	case !found:
		host, path, ok := strings.Cut(remote, ":")
		if ok && !strings.ContainsAny(host, `/\`) && len(host) > 1 {
			return trimmedPage("https", host[strings.LastIndex(host, "@")+1:], path)
		}
	}
	return ""
}

func trimmedPage(scheme, host, path string) string {
	path = strings.TrimSuffix(strings.Trim(path, "/"), ".git")
	if host == "" || path == "" || strings.ContainsAny(path, "?#") {
		return ""
	}
	return scheme + "://" + host + "/" + path
}
