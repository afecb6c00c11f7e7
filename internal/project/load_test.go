package project_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"kith/internal/project"
)

// TestLoadStopsFetching ends the context while a package is being fetched from a server that never answers.
func TestLoadStopsFetching(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	server, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer server.Close()
	root := t.TempDir()
	must(t, os.WriteFile(filepath.Join(root, "pb_project.yaml"), fmt.Appendf(nil, `name: shop
schema_version: 98
packages:
  - {name: lib, url: "http://%s/owner/repo.git"}
`, server.Addr()), 0o666))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := server.Accept()
		if err == nil {
			defer conn.Close()
		}
		cancel()
		<-t.Context().Done()
	}()
	p, _, err := project.Load(ctx, root, leaves())
	if p != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("project %v, error %v", p != nil, err)
	}
}
