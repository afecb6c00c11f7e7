package rel

import "strings"

// Key is the object's name as a comparable text: equal for two mentions of one name, whatever their spans.
func (o Object) Key() string {
	var b strings.Builder
	b.WriteString(o.Space.String())
	for _, p := range o.Parts {
		b.WriteByte('.')
		if p.Quoted || !plain(p.Name) {
			b.WriteString(quote(p.Name))
		} else {
			b.WriteString(p.Name)
		}
	}
	return b.String()
}

// String is the word used for the space in formatted programs.
func (s Space) String() string {
	return [...]string{"external", "internal", "target", "temp", "scratch"}[s]
}

// Reads returns the objects that a program reads and has not made itself before, each once, in the order of first
// mention. A Merge reads the table that it changes. Tables that a user's text names itself are not among them.
func Reads(p Program) []Object {
	u := uses{made: map[string]bool{}, seen: map[string]bool{}}
	u.program(p)
	return u.reads
}

// Makes returns the objects that a program makes or changes, each once, in the order of first mention: those of every
// option of a choice, and the published names. What it drops is not among them.
func Makes(p Program) []Object {
	var out []Object
	seen := map[string]bool{}
	add := func(o Object) {
		if k := o.Key(); !seen[k] {
			seen[k] = true
			out = append(out, o)
		}
	}
	v := Visitor{
		Rel: func(Rel) bool { return false },
		Stmt: func(s Stmt) bool {
			switch s := s.(type) {
			case *Let:
				add(s.Out)
			case *Merge:
				add(s.Into)
			case *Ensure:
				add(s.Object)
			case *Insert:
				add(s.Into)
			case *Delete:
				add(s.Into)
			case *Update:
				add(s.Into)
			case *AddColumn:
				add(s.Table)
			case *Kernel:
				add(s.Out)
			case *Exec:
				for _, o := range s.Writes {
					add(o)
				}
			case *Publish:
				for _, p := range s.Views {
					add(Named(Target, p.Name))
				}
			}
			return true
		},
	}
	v.Program(p)
	return out
}

// uses follows a program in the order of its running.
type uses struct {
	made, seen map[string]bool
	reads      []Object
}

func (u *uses) read(o Object) {
	if k := o.Key(); !u.made[k] && !u.seen[k] {
		u.seen[k] = true
		u.reads = append(u.reads, o)
	}
}

func (u *uses) make(o Object) { u.made[o.Key()] = true }

func (u *uses) rel(r Rel) {
	v := Visitor{Rel: func(r Rel) bool {
		if t, ok := r.(*Table); ok {
			u.read(t.Object)
		}
		return true
	}}
	v.VisitRel(r)
}

func (u *uses) program(p Program) {
	for _, s := range p {
		u.stmt(s)
	}
}

func (u *uses) stmt(s Stmt) {
	switch s := s.(type) {
	case *Let:
		u.rel(s.Body)
		u.make(s.Out)
	case *Drop:
		delete(u.made, s.Object.Key())
	case *Loop:
		u.program(s.Body)
		u.rel(s.Until)
	case *Merge:
		u.read(s.Into)
		u.rel(s.Body)
	case *Assert:
		u.rel(s.Query)
	case *Exec:
		if s.SQL != nil {
			u.rel(s.SQL)
		}
		for _, o := range s.Reads {
			u.read(o)
		}
		for _, o := range s.Writes {
			u.make(o)
		}
	case *Ensure:
		if s.Rows != nil {
			u.rel(s.Rows)
		}
		u.make(s.Object)
	case *AddColumn:
		u.read(s.Table)
	case *Grant:
		u.read(s.Object)
	case *Lock:
		for _, o := range s.Objects {
			u.read(o)
		}
	case *Rename:
		u.read(s.Object)
		delete(u.made, s.Object.Key())
	case *Insert:
		u.read(s.Into)
		u.rel(s.Body)
	case *Delete:
		u.read(s.Into)
		u.rel(&Select{From: Source{Rel: &Table{Object: s.Into}, Alias: "t"}, Where: s.Where})
	case *Update:
		u.read(s.Into)
		u.rel(&Select{From: Source{Rel: &Table{Object: s.Into}, Alias: "t"}, Items: s.Set, Where: s.Where})
	case *Kernel:
		for _, r := range s.In {
			u.rel(r)
		}
		u.make(s.Out)
	case *Choose:
		u.choose(s)
	case *Publish:
		for _, p := range s.Views {
			u.rel(p.Body)
		}
		for _, p := range s.Views {
			u.make(Named(Target, p.Name))
		}
	}
}

// choose runs each option from the same start; only what all of them make is made afterwards.
func (u *uses) choose(c *Choose) {
	if c.Fact != nil {
		u.rel(c.Fact)
	}
	before, all := u.made, map[string]int{}
	for _, o := range c.Options {
		u.made = map[string]bool{}
		for k := range before {
			u.made[k] = true
		}
		u.program(o.Body)
		for k := range u.made {
			all[k]++
		}
	}
	u.made = map[string]bool{}
	for k, n := range all {
		if n == len(c.Options) {
			u.made[k] = true
		}
	}
	if len(c.Options) == 0 {
		u.made = before
	}
}
