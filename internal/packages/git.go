package packages

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"kith/internal/diag"
	"kith/internal/spec"
)

// git returns the folder of a package in a git repository: from the cache when the lock file pins a commit that is there,
// else by cloning. git itself is run, so that credentials, proxies and ssh work as the user set them up.
func (l *loader) git(a address, pkg *spec.Package) (string, bool, error) {
	fail := func(format string, args ...any) (string, bool, error) {
		d := l.diags.Errorf(diag.PNotFound, pkg.URL.Span(), "package %s: "+format, append([]any{pkg.Name.Value}, args...)...).
			WithFix("see what the repository has, and whether your network and credentials reach it: `git ls-remote %s`; or name a folder with a copy of it", hideUser(a.Clone))
		if l.opt.Offline {
			d.WithFix("load the project once with the network")
		}
		d.Private = hideUser(a.text) != a.text // the line of the address holds a password
		return "", false, nil
	}
	if !filepath.IsLocal(filepath.FromSlash(orDot(a.Path))) {
		return fail("%q leads out of the repository", a.Path)
	}
	commit := ""
	if !l.opt.Update {
		commit = l.lock.commit(hideUser(a.text))
	}
	if commit == "" {
		if l.opt.Offline {
			return fail("it is not in %s and the network is not to be used", LockFile)
		}
		var err error
		if commit, err = l.resolve(a); err != nil {
			return fail("%v", err)
		}
	}
	if !commitID.MatchString(commit) { // it becomes an argument of git and the name of a folder
		return fail("%q is no commit", commit)
	}
	dir := filepath.Join(l.opt.CacheDir, "git", short(a.Clone), commit)
	if _, err := os.Stat(filepath.Join(dir, ".git")); err != nil {
		if l.opt.Offline {
			return fail("commit %s is not in the cache and the network is not to be used", commit[:min(12, len(commit))])
		}
		if err := l.clone(a.Clone, commit, dir); err != nil {
			return fail("%v", err)
		}
	}
	l.lock.pin(hideUser(a.text), commit)
	root := filepath.Join(dir, filepath.FromSlash(a.Path))
	if !spec.IsProject(root) {
		return fail("there is no pb_project.yaml in %q of the repository", "/"+a.Path)
	}
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return "", false, err
	}
	top, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", false, err
	}
	if in, err := filepath.Rel(top, real); err != nil || !filepath.IsLocal(in) {
		return fail("%q is a link that leads out of the repository", a.Path)
	}
	return real, true, nil
}

func orDot(path string) string {
	if path == "" {
		return "."
	}
	return path
}

// commitID is a commit by its full or shortened hash.
var commitID = regexp.MustCompile(`^[0-9a-fA-F]{4,64}$`)

var tagLine = regexp.MustCompile(`^([0-9a-f]{40,64})\s+(\S+)$`)

// resolve asks the repository for the commit that an address names.
func (l *loader) resolve(a address) (string, error) {
	if a.Kind == "commit" {
		return a.Ref, nil
	}
	out, err := l.run("", "ls-remote", "--", a.Clone)
	if err != nil {
		return "", err
	}
	refs := map[string]string{}
	for _, line := range strings.Split(out, "\n") {
		if m := tagLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			refs[m[2]] = m[1]
		}
	}
	ref := a.Ref
	if bestVersion.MatchString(ref) {
		if ref, err = bestTag(refs, ref); err != nil {
			return "", err
		}
	}
	var names []string
	switch a.Kind {
	case "tag":
		names = []string{"refs/tags/" + ref + "^{}", "refs/tags/" + ref}
	case "tree":
		names = []string{"refs/heads/" + ref, "refs/tags/" + ref + "^{}", "refs/tags/" + ref}
	default:
		names = []string{"HEAD"}
	}
	for _, n := range names {
		if c := refs[n]; c != "" {
			return c, nil
		}
	}
	return "", fmt.Errorf("the repository has no %s %q", map[string]string{"tag": "tag", "tree": "branch", "": "default branch"}[a.Kind], ref)
}

// bestTag is the tag with the greatest schema version that this version of kith knows.
func bestTag(refs map[string]string, pattern string) (string, error) {
	head, tail, _ := strings.Cut(bestVersion.ReplaceAllString(pattern, "\x00"), "\x00")
	var versions []int
	for name := range refs {
		t, ok := strings.CutPrefix(name, "refs/tags/"+head)
		if !ok || !strings.HasSuffix(t, tail) {
			continue
		}
		if n, err := strconv.Atoi(strings.TrimSuffix(t, tail)); err == nil && n <= spec.NewestSchema {
			versions = append(versions, n)
		}
	}
	if len(versions) == 0 {
		return "", fmt.Errorf("the repository has no tag %s<version>%s up to version %d", head, tail, spec.NewestSchema)
	}
	sort.Ints(versions)
	return head + strconv.Itoa(versions[len(versions)-1]) + tail, nil
}

// clone fetches one commit into dir, which appears only when it is complete.
func (l *loader) clone(url, commit, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if _, err := l.run(tmp, "init", "-q"); err != nil {
		return err
	}
	if _, err := l.run(tmp, "fetch", "-q", "--depth", "1", "--", url, commit); err != nil {
		// Some servers give no single commits, and none gives one by a shortened hash: fetch all and look.
		if _, err := l.run(tmp, "fetch", "-q", "--tags", "--", url, "+refs/heads/*:refs/remotes/origin/*"); err != nil {
			return err
		}
	}
	if _, err := l.run(tmp, "checkout", "-q", commit); err != nil {
		return err
	}
	if err := os.Rename(tmp, dir); err != nil && !os.IsExist(err) {
		if _, there := os.Stat(dir); there == nil {
			return nil // another process was faster
		}
		return err
	}
	return nil
}

// run runs git without ever asking for a password on the terminal.
func (l *loader) run(dir string, args ...string) (string, error) {
	// The same text on every machine: line ends stay as they were committed.
	cmd := exec.CommandContext(l.ctx, "git", append([]string{"-c", "advice.detachedHead=false", "-c", "core.autocrlf=false"}, args...)...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second // programs that git started may live on and hold its output
	cmd.Env = l.environment()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %s", args[0], hideUser(complaint(errs.String(), err)))
	}
	return out.String(), nil
}

// environment is what git is given: what the user's shell says of the network and of credentials, and nothing of a repository
// that this process may run in (a hook sets GIT_DIR, and git would then work there).
func (l *loader) environment() []string {
	var env []string
	plainSSH := true
	for _, e := range os.Environ() {
		switch name, _, _ := strings.Cut(e, "="); name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
			"GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_TERMINAL_PROMPT", "SSH_ASKPASS_REQUIRE", "LC_ALL":
			continue
		case "GIT_SSH_COMMAND", "GIT_SSH":
			plainSSH = false // the user's program, which may know other options
		}
		env = append(env, e)
	}
	env = append(env, "GIT_TERMINAL_PROMPT=0", "SSH_ASKPASS_REQUIRE=never", "LC_ALL=C")
	if plainSSH && exec.CommandContext(l.ctx, "git", "config", "--get", "core.sshCommand").Run() != nil {
		env = append(env, "GIT_SSH_COMMAND=ssh -oBatchMode=yes -oConnectTimeout=20") // ssh asks on the terminal by itself
	}
	return env
}

// complaint is the line of git's messages that says what is wrong: the first fatal one, else the last.
func complaint(messages string, err error) string {
	last := ""
	for _, line := range strings.Split(messages, "\n") {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "fatal: "); ok {
			return rest
		}
		if line != "" {
			last = line
		}
	}
	if last == "" {
		return err.Error()
	}
	return last
}

var userInfo = regexp.MustCompile(`(https?|ssh)://[^/\s]+@`)

// hideUser takes user names and passwords out of addresses; that of ssh://git@ is no secret.
func hideUser(s string) string {
	return userInfo.ReplaceAllStringFunc(s, func(m string) string {
		scheme, user, _ := strings.Cut(m, "://")
		if scheme == "ssh" && !strings.Contains(user, ":") {
			return m
		}
		return scheme + "://***@"
	})
}

func short(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:8])
}
