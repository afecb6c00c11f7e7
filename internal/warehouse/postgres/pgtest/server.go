package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Admin is the superuser of the cluster, Password its password over the network. On the socket nobody is asked for one.
const (
	Admin    = "kith_admin"
	Password = "correct horse"
)

// Server is a running cluster.
type Server struct {
	// Socket is the folder of the unix socket; Port is the port on 127.0.0.1, and part of the socket's name.
	Socket string
	Port   int

	folder string
	bin    string
	as     *syscall.Credential
	guard  *exec.Cmd
	alive  io.WriteCloser
}

// settings make a cluster fast that nobody wants to keep.
var settings = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
	"autovacuum=off", "max_connections=200", "max_locks_per_transaction=1024", "shared_buffers=64MB", "listen_addresses=127.0.0.1", "log_min_messages=fatal",
}

// guarded runs the server, stops and starts it at a word, and when its standard input ends it stops the server and takes the
// folder away.
const guarded = `
folder=$1; shift
launch() { "$@" </dev/null & pid=$!; }
launch "$@"
while read -r word; do
	case $word in
	stop) kill -INT $pid; wait $pid ;;
	start) launch "$@" ;;
	esac
done
kill -QUIT $pid 2>/dev/null
wait $pid
cd / && rm -rf "$folder"
`

// Start makes a cluster and starts its server.
func Start() (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	as, err := account()
	if err != nil {
		return nil, err
	}
	// The name of a socket may have no more than about a hundred bytes.
	base := os.TempDir()
	if len(base) > 40 || as != nil {
		base = "/tmp"
	}
	folder, err := os.MkdirTemp(base, "kith-pg-")
	if err != nil {
		return nil, err
	}
	s := &Server{Socket: folder, folder: folder, bin: bin, as: as}
	if err := s.initialise(); err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	if err := s.launch(); err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	return s, nil
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = s.folder
	// A signal of the terminal is for the tests; the guard sees them end.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: s.as}
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	return c
}

func (s *Server) initialise() error {
	password := filepath.Join(s.folder, "password")
	if err := os.WriteFile(password, []byte(Password+"\n"), 0o600); err != nil {
		return err
	}
	if s.as != nil {
		for _, path := range []string{s.folder, password} {
			if err := os.Chown(path, int(s.as.Uid), int(s.as.Gid)); err != nil {
				return err
			}
		}
	}
	out, err := s.command(filepath.Join(s.bin, "initdb"), "-D", filepath.Join(s.folder, "data"), "--username="+Admin, "--pwfile="+password,
		"--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// launch starts the server. A port that somebody else takes first is given up for another.
func (s *Server) launch() error {
	var err error
	for range 5 {
		if s.Port, err = freePort(); err != nil {
			return err
		}
		if err = s.try(); err == nil {
			return nil
		}
	}
	return err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (s *Server) try() error {
	args := []string{"-c", guarded, "sh", s.folder, filepath.Join(s.bin, "postgres"), "-D", filepath.Join(s.folder, "data"), "-k", s.folder,
		"-c", "port=" + strconv.Itoa(s.Port)}
	for _, set := range settings {
		args = append(args, "-c", set)
	}
	log, err := os.OpenFile(filepath.Join(s.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c := s.command("/bin/sh", args...)
	c.Stdout, c.Stderr = log, log
	alive, err := c.StdinPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	s.guard, s.alive = c, alive
	if err := s.wait(true); err != nil {
		text, _ := os.ReadFile(log.Name())
		alive.Close()
		c.Process.Kill()
		c.Wait()
		return fmt.Errorf("%w\n%s", err, text)
	}
	return nil
}

// patience is how long a server may take to come or go: machines that run tests are busy.
const patience = 30 * time.Second

// wait returns when the server accepts connections, or accepts none any more.
func (s *Server) wait(up bool) error {
	var last error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		var c *pgx.Conn
		c, last = pgx.Connect(ctx, s.dsn("postgres"))
		if last == nil {
			c.Close(ctx)
		}
		cancel()
		// A server on its way up or down still answers, and a busy one may be slow to.
		gone := errors.Is(last, syscall.ECONNREFUSED) || errors.Is(last, syscall.ENOENT)
		if up && last == nil || !up && gone {
			return nil
		}
	}
	if last == nil {
		last = errors.New("it does not stop")
	}
	return fmt.Errorf("the server of the tests: %w", last)
}

func (s *Server) dsn(database string) string {
	return strings.Join([]string{"host=" + s.Socket, "port=" + strconv.Itoa(s.Port), "user=" + Admin, "dbname=" + database}, " ")
}

// WriteFile puts a file where the server keeps its own, for it alone to read.
func (s *Server) WriteFile(name string, data []byte) error {
	path := filepath.Join(s.folder, "data", name)
	if err := os.WriteFile(path, data, 0o600); err != nil || s.as == nil {
		return err
	}
	return os.Chown(path, int(s.as.Uid), int(s.as.Gid))
}

// Down stops the server; connections are cut.
func (s *Server) Down() error {
	if _, err := io.WriteString(s.alive, "stop\n"); err != nil {
		return err
	}
	return s.wait(false)
}

// Up starts the server again after Down.
func (s *Server) Up() error {
	if _, err := io.WriteString(s.alive, "start\n"); err != nil {
		return err
	}
	return s.wait(true)
}

// Stop ends the server and removes all it had.
func (s *Server) Stop() {
	s.alive.Close()
	s.guard.Wait()
}
