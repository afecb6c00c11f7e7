package warehousetest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kith/internal/run"
)

// decide carries out a block that keeps a decision or takes one back.
func (s *session) decide(b *block) error {
	ctx := context.Background()
	reg, err := s.registry(ctx)
	if err != nil {
		return err
	}
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC) // no run looks at when it was made
	words := strings.Fields(b.command())
	if b.verb == "withdraw" && len(words) == 1 {
		no, err := strconv.ParseInt(words[0], 10, 64)
		if err != nil {
			return err
		}
		return reg.Withdraw(ctx, no, "tester", "no more", at)
	}
	if b.verb == "withdraw" || len(words) < 4 {
		return fmt.Errorf("a decision is: decide split|link ENTITY TYPE:VALUE TYPE:VALUE [TIME], or withdraw NUMBER")
	}
	d := run.Decision{Kind: words[0], Entity: words[1], Author: "tester", Reason: "known", CreatedAt: at}
	var ok1, ok2 bool
	d.Type1, d.ID1, ok1 = strings.Cut(words[2], ":")
	d.Type2, d.ID2, ok2 = strings.Cut(words[3], ":")
	if !ok1 || !ok2 {
		return fmt.Errorf("an id is TYPE:VALUE")
	}
	if len(words) > 4 {
		if d.ExpiresAt, err = time.Parse(time.RFC3339, words[4]); err != nil {
			return err
		}
	}
	_, err = reg.Decide(ctx, d)
	return err
}
