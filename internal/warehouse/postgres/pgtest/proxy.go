package pgtest

import (
	"io"
	"net"
	"strconv"
	"sync"
	"testing"
)

// Proxy is a network between a test and the server, which can be cut and mended.
type Proxy struct {
	server *Server
	l      net.Listener
	mu     sync.Mutex
	down   bool
	conns  []net.Conn
}

// Proxy makes a network to the server; it goes when the test ends.
func (s *Server) Proxy(t testing.TB) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{server: s, l: l}
	t.Cleanup(func() { l.Close(); p.Down(true) })
	go p.accept()
	return p
}

// Port is where the network begins, on 127.0.0.1.
func (p *Proxy) Port() int { return p.l.Addr().(*net.TCPAddr).Port }

func (p *Proxy) accept() {
	for {
		in, err := p.l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(p.server.Port))
		if err != nil {
			in.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, in, out)
		if p.down {
			p.cut()
		}
		p.mu.Unlock()
		go io.Copy(in, out)
		go io.Copy(out, in)
	}
}

func (p *Proxy) cut() {
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}

// Cut ends all connections; new ones can be made at once.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut()
}

// Down ends all connections, and lets no new one through until it is called with false.
func (p *Proxy) Down(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
	if down {
		p.cut()
	}
}
