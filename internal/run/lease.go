package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"sync"
	"time"

	"kith/internal/rel"
)

// Holder says who holds a lease, for whoever has to wait for it.
type Holder struct {
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	User    string    `json:"user,omitempty"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// Me is this process as a holder.
func Me(command string, now time.Time) Holder {
	h := Holder{PID: os.Getpid(), Command: command, Since: now.UTC().Truncate(time.Second)}
	h.Host, _ = os.Hostname()
	if u, err := user.Current(); err == nil {
		h.User = u.Username
	}
	return h
}

// String is the holder in words.
func (h Holder) String() string {
	who := fmt.Sprintf("%q (PID %d on %s", h.Command, h.PID, h.Host)
	if h.User != "" {
		who += ", user " + h.User
	}
	return who + ", since " + h.Since.UTC().Format("2006-01-02 15:04:05") + " UTC)"
}

// Held is the error of asking for a lease that somebody else has.
type Held struct {
	Holder Holder
	// Quiet is how long nothing was heard of the holder, Expires how long until the lease is free unless it is heard of.
	Quiet, Expires time.Duration
}

// Error names the holder.
func (e *Held) Error() string {
	return fmt.Sprintf("another run holds the lease of this schema: %s; last heard of %s ago", e.Holder, e.Quiet.Round(time.Second))
}

// Lost is the error of a run that another one took the lease from: it was not heard of for too long.
type Lost struct {
	// By is who took it; its Command is "" when that is not known.
	By Holder
}

// Error says who has it now.
func (e *Lost) Error() string {
	s := "this run was not heard of for too long and lost its lease"
	if e.By.Command != "" {
		s += " to " + e.By.String()
	}
	return s + "; it publishes nothing"
}

// DefaultTTL is how long a lease outlives the last sign of its holder.
const DefaultTTL = time.Minute

// LeaseOptions say how a lease is asked for.
type LeaseOptions struct {
	Holder Holder
	// TTL is how long the lease outlives the last sign of its holder; 0 is DefaultTTL. Whole seconds.
	TTL time.Duration
	// Wait is how long to wait for another holder, 0 not at all.
	Wait time.Duration
	// Waiting is told once who is waited for. May be nil.
	Waiting func(*Held)
}

// Lease is the right to write in the internal schema and to publish. One run has it at a time; it is kept alive by a
// heartbeat, and what a run publishes is fenced by its number: a holder that slept past its end finds that its number is
// not the present one, in the statement that would publish.
type Lease struct {
	reg    *Registry
	fence  int64
	holder string
	ttl    time.Duration

	mu    sync.Mutex // held while a transaction changes the state, so that no heartbeat meets it
	heard time.Time  // by the monotonic clock
	lost  error
	stop  context.CancelFunc
	done  chan struct{}
}

// Sole is asked of a connection: whether the engine lets one process at a time in. What is left of a holder that died is
// not waited for then.
type Sole interface{ Sole() bool }

// pollEvery is how often a waiting run asks again.
const pollEvery = 250 * time.Millisecond

// Acquire takes the lease, or fails with *Held. The lease is kept alive until Release.
func (r *Registry) Acquire(ctx context.Context, opt LeaseOptions) (*Lease, error) {
	if opt.TTL == 0 {
		opt.TTL = DefaultTTL
	}
	text, err := json.Marshal(opt.Holder)
	if err != nil {
		return nil, err
	}
	until := time.Now().Add(opt.Wait)
	for told := false; ; {
		fence, err := r.take(ctx, string(text), opt)
		if err == nil {
			l := &Lease{reg: r, fence: fence, holder: string(text), ttl: opt.TTL, heard: time.Now(), done: make(chan struct{})}
			l.start(ctx)
			r.lease = l
			return l, nil
		}
		held := (*Held)(nil)
		if !errors.As(err, &held) || !time.Now().Before(until) {
			return nil, err
		}
		if !told && opt.Waiting != nil {
			opt.Waiting(held)
		}
		told = true
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(min(pollEvery, time.Until(until))):
		}
	}
}

// take makes one attempt. The row that was read is changed only if it is still what it was.
func (r *Registry) take(ctx context.Context, holder string, opt LeaseOptions) (fence int64, err error) {
	s, ok, err := r.readState(ctx)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, errors.New("run: kith's tables are not there")
	}
	if held := r.held(s, opt); held != nil {
		return 0, held
	}
	fence = s.fence + 1
	err = r.change(ctx, rel.Program{&rel.Update{Into: stateTable, Guard: true,
		Set: []rel.Item{{Expr: rel.I(fence), As: "fence"}, {Expr: rel.S(holder), As: "holder"},
			{Expr: rel.F(rel.Now), As: "heartbeat_at"}, {Expr: rel.I(int64(opt.TTL / time.Second)), As: "ttl_seconds"}},
		Where: []rel.Expr{rel.Eq(rel.C("t", "fence"), rel.I(s.fence)), same("heartbeat_at", timeOrNil(s.heartbeat)), same("holder", textOrNil(s.holder))}}})
	var sq *SQLError
	switch {
	case err == nil:
		return fence, nil
	case errors.Is(err, ErrGuard), errors.As(err, &sq) && sq.Kind == "conflict":
		// Somebody was quicker. Who it is shows in the next reading.
		if s, _, err = r.readState(ctx); err != nil {
			return 0, err
		}
		if held := r.held(s, opt); held != nil {
			return 0, held
		}
		return 0, &Held{Holder: opt.Holder}
	}
	return 0, err
}

// held tells who has the lease; nil when it is free.
func (r *Registry) held(s state, opt LeaseOptions) *Held {
	if s.holder == "" {
		return nil
	}
	h := holderOf(s.holder)
	ttl := time.Duration(s.ttl) * time.Second
	quiet := max(s.now.Sub(s.heartbeat), 0)
	if quiet >= ttl {
		return nil
	}
	// Of another process than this one that is known not to be there.
	if sole, ok := r.Conn.(Sole); ok && sole.Sole() && (h.PID != opt.Holder.PID || h.Host != opt.Holder.Host) {
		return nil
	}
	return &Held{Holder: h, Quiet: quiet, Expires: ttl - quiet}
}

func holderOf(text string) Holder {
	var h Holder
	_ = json.Unmarshal([]byte(text), &h) // what cannot be read names nobody, and stays a lease
	return h
}

// same compares a column with a value that may be NULL.
func same(column string, v any) rel.Expr {
	if v == nil {
		return &rel.IsNull{X: rel.C("t", column)}
	}
	return rel.Eq(rel.C("t", column), &rel.Lit{Value: v})
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Fence is the number of the lease: it grows with every lease and stands for the run that has it.
func (l *Lease) Fence() int64 { return l.fence }

// start begins the heartbeat.
func (l *Lease) start(ctx context.Context) {
	ctx, l.stop = context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(l.done)
		tick := time.NewTicker(max(l.ttl/4, 50*time.Millisecond))
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				l.beat(ctx)
			}
		}
	}()
}

// beat tells the warehouse that the holder is there.
func (l *Lease) beat(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil || ctx.Err() != nil {
		return
	}
	err := l.reg.change(ctx, rel.Program{&rel.Update{Into: stateTable, Guard: true,
		Set: []rel.Item{{Expr: rel.F(rel.Now), As: "heartbeat_at"}}, Where: l.mine()}})
	switch {
	case err == nil:
		l.heard = time.Now()
	case errors.Is(err, ErrGuard):
		l.lost = l.taken(ctx)
	}
	// Any other error may pass; Check finds out when it does not.
}

// mine are the conditions under which the row of the state is this lease's.
func (l *Lease) mine() []rel.Expr {
	return []rel.Expr{rel.Eq(rel.C("t", "fence"), rel.I(l.fence)), rel.Eq(rel.C("t", "holder"), rel.S(l.holder))}
}

// taken is the error of a lease that is another's.
func (l *Lease) taken(ctx context.Context) error {
	lost := &Lost{}
	if s, _, err := l.reg.readState(ctx); err == nil && s.holder != "" {
		lost.By = holderOf(s.holder)
	}
	return lost
}

// Check returns an error when the lease is not the caller's any more: *Lost, or what kept it from being asked for longer than
// it lasts. It asks the warehouse only when nothing was heard for half of that time.
func (l *Lease) Check(ctx context.Context) error {
	l.mu.Lock()
	lost, quiet := l.lost, time.Since(l.heard)
	l.mu.Unlock()
	if lost != nil || quiet < l.ttl/2 {
		return lost
	}
	l.beat(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost == nil && time.Since(l.heard) >= l.ttl {
		return &Lost{}
	}
	return l.lost
}

// Release ends the heartbeat and gives the lease up. A lease that is another's by now is left alone.
func (l *Lease) Release(ctx context.Context) error {
	l.stop()
	<-l.done
	if l.reg.lease == l {
		l.reg.lease = nil
	}
	err := l.reg.change(context.WithoutCancel(ctx), rel.Program{&rel.Update{Into: stateTable, Guard: true,
		Set: []rel.Item{{Expr: rel.Null(), As: "holder"}}, Where: l.mine()}})
	if errors.Is(err, ErrGuard) {
		return nil
	}
	return err
}

// change prints and runs a program as one transaction.
func (r *Registry) change(ctx context.Context, p rel.Program) error {
	stmts, diags := r.Dialect.Print(p, r.Env)
	if diags.HasErrors() {
		return errorOf(diags)
	}
	list, err := changes(r.Conn, stmts)
	if err != nil {
		return err
	}
	return r.Conn.Transaction(ctx, list)
}
