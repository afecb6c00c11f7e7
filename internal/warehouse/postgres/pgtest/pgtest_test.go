package pgtest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestMain lets the test binary start a server and then die of a panic.
func TestMain(m *testing.M) {
	if os.Getenv("KITH_TEST_PANIC") != "" {
		s, err := Start()
		if err != nil {
			panic(err)
		}
		os.Stdout.WriteString(s.folder + "\n")
		panic("the test binary dies")
	}
	os.Exit(Main(m))
}

func TestServer(t *testing.T) {
	s, err := Start()
	Need(t, err)
	t.Cleanup(func() {
		s.Stop()
		gone(t, s.folder)
	})
	ctx := context.Background()
	db := s.Database(t)
	c, err := pgx.Connect(ctx, s.dsn(db))
	if err != nil {
		t.Fatal(err)
	}
	var less bool
	if err := c.QueryRow(ctx, "SELECT 'a' < 'B'").Scan(&less); err != nil || !less {
		t.Errorf("%v %v: the order of texts is that of bytes", less, err)
	}
	if err := s.Down(); err != nil {
		t.Fatal(err)
	}
	if err := c.QueryRow(ctx, "SELECT true").Scan(&less); err == nil {
		t.Error("a connection outlived the server")
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
}

func TestServerEndsWithThePanickingBinary(t *testing.T) {
	if _, err := binaries(); err != nil {
		Need(t, err)
	}
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "KITH_TEST_PANIC=1")
	out, err := c.Output()
	folder := strings.TrimSpace(string(out))
	if err == nil || folder == "" {
		t.Fatalf("%q %v", folder, err)
	}
	gone(t, folder)
}

// gone waits until a folder, which the guard removes last, is not there.
func gone(t *testing.T, folder string) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(folder); os.IsNotExist(err) {
			return
		}
	}
	t.Errorf("%s is still there", folder)
}
