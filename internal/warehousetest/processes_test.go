package warehousetest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"kith/internal/run"
	"kith/internal/warehouse/postgres"
	"kith/internal/warehouse/postgres/pgtest"
)

// part is what a process of its own is told to do, as JSON in the environment.
type part struct {
	Socket   string
	Port     int
	Database string
	Root     string // of the project
	Name     string
	Runs     int
	First    time.Time // end time of its first run; each later one is two days later
	TTL      time.Duration
	// Halt waits for a line on standard input before each publish, after saying "publishing".
	Halt bool
}

const partVariable = "KITH_TEST_PART"

// playPart is the whole of such a process. It says how each run ended, a line each.
func playPart(text string) error {
	var p part
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return err
	}
	conn, err := postgres.Open(context.Background(), configOf(p.Socket, p.Port, p.Database))
	if err != nil {
		return err
	}
	defer conn.Close()
	c := &crash{session: &session{e: onServer(), c: &testCase{}, root: p.Root, conn: conn}, strategy: run.ByDDL, process: os.Getpid(), end: p.First, ttl: p.TTL, wait: time.Minute}
	in := bufio.NewReader(os.Stdin)
	if p.Halt {
		c.publishes = func() {
			fmt.Println("publishing")
			_, _ = in.ReadString('\n')
		}
	}
	for range p.Runs {
		out, err := c.process1(conn, runOptions{end: c.end})
		switch {
		case err != nil:
			fmt.Println("error:", err)
		case len(out.Failures) > 0:
			fmt.Println("failed:", out.Failures[0].Message)
		default:
			fmt.Println("published", c.end.Format(time.DateOnly))
		}
		c.end = c.end.AddDate(0, 0, 2)
	}
	return nil
}

// process is a process that plays a part.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func play(t *testing.T, p part) *process {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), partVariable+"="+string(text))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return &process{cmd, in, bufio.NewScanner(out)}
}

// line is the next thing that a process says, "" at its end.
func (p *process) line() string {
	if !p.out.Scan() {
		return ""
	}
	return p.out.Text()
}

func configOf(socket string, port int, database string) postgres.Config {
	return postgres.Config{Host: socket, Port: port, Database: database, User: pgtest.Admin, Schema: "main"}
}

// shared is the crash project in a database that several processes work in.
func shared(t *testing.T) (*crash, postgres.Config) {
	t.Helper()
	s := pgtest.Shared(t)
	config := configOf(s.Socket, s.Port, s.Database(t))
	e := onServer()
	e.Open = func(t testing.TB) run.Conn {
		conn, err := postgres.Open(context.Background(), config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	return newCrash(t, e, run.ByDDL), config
}

// TestPostgresContention has two processes run the project a hundred times against each other, while readers join all names.
// Runs must follow each other whole: no run begins before the one with the number before it has ended, publishes are numbered
// without a gap, and every book is of one run.
func TestPostgresContention(t *testing.T) {
	c, config := shared(t)
	c.mustRun(t, runOptions{})
	stop := c.watch(t, 0)
	const each = 50
	var players []*process
	for i, name := range []string{"one", "other"} {
		players = append(players, play(t, part{Socket: config.Host, Port: config.Port, Database: config.Database, Root: c.root, Name: name, Runs: each, First: c.end.AddDate(0, 0, 1+i), TTL: time.Minute}))
	}
	for i, p := range players {
		n := 0
		for l := p.line(); l != ""; l = p.line() {
			if !strings.HasPrefix(l, "published ") {
				t.Errorf("process %d: %s", i, l)
			}
			n++
		}
		if n != each {
			t.Errorf("process %d ended after %d runs", i, n)
		}
	}
	stop()
	past, err := c.reg().Runs(context.Background(), 1000)
	if err != nil || len(past) != 2*each+1 {
		t.Fatalf("%d runs, %v", len(past), err)
	}
	turns := 0
	for i := 1; i < len(past); i++ { // the newest first
		later, earlier := past[i-1], past[i]
		if later.No != earlier.No+1 || earlier.Finished == nil || later.Started.Before(*earlier.Finished) || later.PublishNo != earlier.PublishNo+1 {
			t.Errorf("run %d and run %d interleave: %+v %+v", earlier.No, later.No, earlier, later)
		}
		if later.SeqNo != earlier.SeqNo {
			turns++
		}
	}
	books, err := c.reg().Books(context.Background())
	if err != nil || len(books) != 2*each+1 {
		t.Fatalf("%d books, %v", len(books), err)
	}
	for _, b := range books {
		for _, n := range b.Names {
			if n.SeqNo != b.SeqNo {
				t.Errorf("publish %d of seq no %d shows %s of seq no %d", b.No, b.SeqNo, n.Name, n.SeqNo)
			}
		}
	}
	t.Logf("%d runs of two processes", 2*each)
}

// TestPostgresStopped stops a process with SIGSTOP when all it has left to do is to publish, until its lease has ended and
// another one has published. When it goes on it must not publish.
func TestPostgresStopped(t *testing.T) {
	c, config := shared(t)
	c.mustRun(t, runOptions{})
	p := play(t, part{Socket: config.Host, Port: config.Port, Database: config.Database, Root: c.root, Name: "sleeper", Runs: 1, First: c.end.AddDate(0, 0, 1), TTL: time.Second, Halt: true})
	if l := p.line(); l != "publishing" {
		t.Fatalf("the process said %q", l)
	}
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1300 * time.Millisecond)
	c.end = c.end.AddDate(0, 0, 2)
	c.mustRun(t, runOptions{})
	if err := p.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(p.in, "\n"); err != nil {
		t.Fatal(err)
	}
	if l := p.line(); !strings.HasPrefix(l, "failed: ") || !strings.Contains(l, "lost its lease") {
		t.Errorf("the process that went on said %q", l)
	}
	if seen, err := c.seen(); err != nil || seen != c.end.Format(time.DateOnly) {
		t.Errorf("readers see %q, %v", seen, err)
	}
}
