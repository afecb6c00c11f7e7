package openlineage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Receiver takes events, one at a time.
type Receiver interface {
	// Receive takes one event as JSON in one line. The error never holds a key or a password.
	Receive(ctx context.Context, event []byte) error
}

// File appends events to a file, a line for each.
type File struct{ Path string }

// Receive appends.
func (f File) Receive(_ context.Context, event []byte) error {
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(f.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = out.Write(append(event, '\n'))
	return errors.Join(err, out.Close())
}

// HTTP posts events. Key is sent as a bearer token, "" for none.
type HTTP struct {
	URL, Key string
	// Timeout is how long one event may take; 0 is DefaultTimeout.
	Timeout time.Duration
}

// DefaultTimeout is how long one event may take to be received.
const DefaultTimeout = 5 * time.Second

// endpoint is where receivers take events below their address (openlineage.io/docs/client).
const endpoint = "api/v1/lineage"

// Address is where events are posted: the address itself when it is that of an endpoint, else the usual endpoint below it. Only
// http and https are spoken.
func (h HTTP) Address() (string, error) {
	u, err := url.Parse(h.URL)
	if err != nil {
		return "", errors.New("the address cannot be read") // url.Error repeats it, password and all
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf("%s is no http or https address", u.Redacted())
	}
	if !strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/lineage") {
		u = u.JoinPath(endpoint)
	}
	return u.String(), nil
}

// Receive posts. An answer other than 2xx is an error.
func (h HTTP) Receive(ctx context.Context, event []byte) error {
	address, err := h.Address()
	if err != nil {
		return err
	}
	timeout := h.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(event))
	if err != nil {
		return errors.New("the address cannot be read")
	}
	req.Header.Set("Content-Type", "application/json")
	if h.Key != "" {
		req.Header.Set("Authorization", "Bearer "+h.Key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("no answer within %s", timeout)
		}
		return fmt.Errorf("%s: %w", req.URL.Redacted(), err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s: answered %s", req.URL.Redacted(), resp.Status)
	}
	return nil
}

// Queue hands events to receivers beside the run that tells them, in the order in which they come. A receiver that fails is not
// tried again: a run has many events, and none may wait for a receiver that is not there.
type Queue struct {
	events chan []byte
	done   chan struct{}
	cancel context.CancelFunc
	mu     sync.Mutex
	errs   []error
}

// queueLength is how many events may wait. Events beyond it are lost, which is an error of the queue.
const queueLength = 10000

// NewQueue begins to hand events to receivers.
func NewQueue(receivers ...Receiver) *Queue {
	ctx, cancel := context.WithCancel(context.Background())
	q := &Queue{events: make(chan []byte, queueLength), done: make(chan struct{}), cancel: cancel}
	go q.run(ctx, receivers)
	return q
}

func (q *Queue) run(ctx context.Context, receivers []Receiver) {
	defer close(q.done)
	failed := make([]bool, len(receivers))
	for event := range q.events {
		for i, r := range receivers {
			if failed[i] {
				continue
			}
			if err := r.Receive(ctx, event); err != nil {
				failed[i] = true
				q.fail(err)
			}
		}
	}
}

func (q *Queue) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.errs = append(q.errs, err)
}

// Send puts an event in the queue. It never waits.
func (q *Queue) Send(e Event) {
	data, err := json.Marshal(e)
	if err != nil {
		q.fail(err)
		return
	}
	select {
	case q.events <- data:
	default:
		q.fail(errors.New("too many events are waiting"))
	}
}

// Close waits until all events are received, at most as long as patience, and returns what went wrong, each receiver once.
func (q *Queue) Close(patience time.Duration) []error {
	close(q.events)
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-q.done:
	case <-t.C:
		q.fail(fmt.Errorf("events were still waiting after %s", patience))
		q.cancel()
		<-q.done
	}
	q.cancel()
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.errs
}
