package duckparser_test

import (
	"fmt"
	"testing"

	"kith/internal/sqltext"
	"kith/internal/sqltext/duckparser"
)

func BenchmarkThousand(b *testing.B) {
	var items []sqltext.Item
	for i := range 1000 {
		items = append(items, sqltext.Item{Rendered: rendered("m.yaml", fmt.Sprintf(
			"sum(case when event_%d = 'purchase' and amount > {{x}} then amount end) / nullif(count(distinct id), 0)", i))})
	}
	p := duckparser.New()
	defer p.Close()
	dir := b.TempDir()
	c := sqltext.NewCache(dir, p)
	sqltext.ParseAll(items, c)
	if err := c.Flush(); err != nil {
		b.Fatal(err)
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			sqltext.ParseAll(items, p)
		}
	})
	b.Run("warm", func(b *testing.B) {
		for b.Loop() {
			sqltext.ParseAll(items, sqltext.NewCache(dir, p))
		}
	})
}
