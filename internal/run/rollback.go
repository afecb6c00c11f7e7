package run

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Gone is the error of publishing names whose materials are not there.
type Gone struct{ Names []Name }

// Error lists them.
func (e *Gone) Error() string {
	var list []string
	for _, n := range e.Names {
		list = append(list, fmt.Sprintf("%s (%s of seq no %d)", n.Name, n.Material, n.SeqNo))
	}
	return "what was shown is not there any more: " + strings.Join(list, ", ")
}

// NoEarlier is the error of returning to a publish that is not there. Of is the seq no asked for, 0 for the one before.
type NoEarlier struct{ Of int64 }

// Error says what is missing.
func (e *NoEarlier) Error() string {
	if e.Of > 0 {
		return fmt.Sprintf("no publish of seq no %d is in the book of this schema", e.Of)
	}
	return "there is no publish before the present one"
}

// Earlier finds the publish to return to: the newest that made seqNo the present run, or with 0 the one before the present
// one. Returns are not counted as publishes: returning twice goes back twice. The error is *NoEarlier.
func Earlier(books []*Book, seqNo int64) (*Book, error) {
	if len(books) == 0 {
		return nil, &NoEarlier{seqNo}
	}
	present := books[0].No
	if books[0].ReturnedTo > 0 {
		present = books[0].ReturnedTo
	}
	for _, b := range books {
		switch {
		case b.ReturnedTo > 0:
		case seqNo > 0 && b.SeqNo == seqNo && b.No != present, seqNo == 0 && b.No < present:
			return b, nil
		}
	}
	return nil, &NoEarlier{seqNo}
}

// Return publishes what an earlier publish left, all names of it and no other. It builds nothing. The error is *Gone when
// materials were cleaned up; then nothing has changed.
func (r *Registry) Return(ctx context.Context, to *Book, now time.Time) error {
	from, err := r.Book(ctx)
	if err != nil {
		return err
	}
	p := &publication{from: from, next: &Book{No: from.No + 1, SeqNo: to.SeqNo, At: stamp(now), ReturnedTo: to.No, Names: to.Names}}
	gone := &Gone{}
	for _, n := range to.Names {
		if _, err := r.material(n); err != nil {
			if _, missing := err.(*Gone); !missing {
				return err
			}
			gone.Names = append(gone.Names, n)
		}
		if was, ok := from.Name(n.Name); !ok || was.Material != n.Material || was.Comment != n.Comment {
			p.put = append(p.put, n)
		}
	}
	if len(gone.Names) > 0 {
		return gone
	}
	for _, n := range from.Names {
		if _, ok := to.Name(n.Name); !ok {
			p.gone = append(p.gone, n)
		}
	}
	return r.publish(ctx, p)
}
