package sqltext

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"sync"
)

// Cache is a Parser that remembers what another one said, in memory and in a file. The file is one line for each
// statement, only ever appended to, so that two processes may share it: a line that is torn or garbled is a miss.
type Cache struct {
	parser  Parser
	version string
	path    string // "" keeps nothing on disk
	limit   int64

	mu     sync.Mutex
	loaded bool
	known  map[string]Parsed
	lines  map[string][]byte // JSON from the file, decoded when asked for
	fresh  []string          // keys not yet in the file
	used   map[string]bool   // keys of the file that were asked for
}

const (
	cacheFile  = "sql-parses"
	cacheLimit = 32 << 20 // bytes of the file
	keyLen     = 32       // hex digits
)

// NewCache puts a cache in front of a parser. Its file is in dir, which is made when something is written; with dir ""
// answers are kept in memory only. Call Flush before the process ends.
func NewCache(dir string, p Parser) *Cache {
	c := &Cache{parser: p, limit: cacheLimit, known: map[string]Parsed{}, lines: map[string][]byte{}, used: map[string]bool{}}
	if v, ok := p.(Versioned); ok {
		c.version = v.Version()
	}
	if dir != "" {
		c.path = filepath.Join(dir, cacheFile)
	}
	return c
}

// Version is that of the parser behind the cache.
func (c *Cache) Version() string { return c.version }

// IsAggregate asks the parser behind the cache.
func (c *Cache) IsAggregate(name string) bool { return c.parser.IsAggregate(name) }

// IsWindow asks the parser behind the cache.
func (c *Cache) IsWindow(name string) bool { return c.parser.IsWindow(name) }

// Parse answers from memory or file where it can and asks the parser for the rest, all at once.
func (c *Cache) Parse(statements []string) ([]Parsed, error) {
	out := make([]Parsed, len(statements))
	var missing []string
	var at []int
	c.mu.Lock()
	c.load()
	for i, s := range statements {
		if p, ok := c.get(c.key(s)); ok {
			out[i] = p
		} else {
			missing, at = append(missing, s), append(at, i)
		}
	}
	c.mu.Unlock()
	if len(missing) == 0 {
		return out, nil
	}
	parsed, err := c.parser.Parse(missing)
	if err != nil {
		return nil, err
	}
	if len(parsed) != len(missing) {
		return nil, errors.New("parser gave the wrong number of answers")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, p := range parsed {
		out[at[i]] = p
		k := c.key(missing[i])
		if _, ok := c.known[k]; !ok {
			c.known[k] = p
			c.fresh = append(c.fresh, k)
		}
	}
	return out, nil
}

func (c *Cache) key(statement string) string {
	h := sha256.New()
	h.Write([]byte(formatVersion))
	h.Write([]byte{0})
	h.Write([]byte(c.version))
	h.Write([]byte{0})
	h.Write([]byte(statement))
	return hex.EncodeToString(h.Sum(nil))[:keyLen]
}

// formatVersion changes with the meaning of Parsed.
const formatVersion = "1"

func (c *Cache) get(key string) (Parsed, bool) {
	if p, ok := c.known[key]; ok {
		return p, true
	}
	line, ok := c.lines[key]
	if !ok {
		return Parsed{}, false
	}
	delete(c.lines, key)
	var p Parsed
	if json.Unmarshal(line, &p) != nil {
		return Parsed{}, false
	}
	c.known[key] = p
	c.used[key] = true
	return p, true
}

// load reads the file once. A file that cannot be read is an empty one: a cache must never stop the work.
func (c *Cache) load() {
	if c.loaded {
		return
	}
	c.loaded = true
	if c.path == "" {
		return
	}
	data, err := os.ReadFile(c.path)
	if err != nil {
		return
	}
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte{'\n'})
		data = rest
		if len(line) > keyLen+2 && line[keyLen] == ' ' && line[len(line)-1] == '}' {
			c.lines[string(line[:keyLen])] = line[keyLen+1:]
		}
	}
}

// Flush appends what is new to the file, in one write. A file above its limit is replaced by what this process used. The
// error is one of the disk; nothing but speed is lost by it.
func (c *Cache) Flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.path == "" || len(c.fresh) == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(c.path), 0o755); err != nil {
		return err
	}
	size, torn, err := fileEnd(c.path)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if torn {
		b.WriteByte('\n')
	}
	if err := c.write(&b, c.fresh); err != nil {
		return err
	}
	if size+int64(b.Len()) > c.limit {
		return c.replace()
	}
	f, err := os.OpenFile(c.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Close()); err == nil {
		for _, k := range c.fresh {
			c.used[k] = true
		}
		c.fresh = nil
	}
	return err
}

// Close flushes.
func (c *Cache) Close() error { return c.Flush() }

func (c *Cache) write(b *bytes.Buffer, keys []string) error {
	for _, k := range keys {
		j, err := json.Marshal(c.known[k])
		if err != nil {
			return err
		}
		b.WriteString(k)
		b.WriteByte(' ')
		b.Write(j)
		b.WriteByte('\n')
	}
	return nil
}

// replace writes a new file with what this process asked for, up to the limit, and puts it in the place of the old one.
func (c *Cache) replace() error {
	keys := append([]string(nil), c.fresh...)
	for k := range c.used {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var b bytes.Buffer
	for _, k := range keys {
		before := b.Len()
		if err := c.write(&b, []string{k}); err != nil {
			return err
		}
		if int64(b.Len()) > c.limit {
			b.Truncate(before)
			break
		}
	}
	f, err := os.CreateTemp(filepath.Dir(c.path), cacheFile+".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), c.path)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	c.fresh = nil
	return nil
}

// fileEnd is the size of a file and whether its last line is not ended; 0 for no file.
func fileEnd(path string) (size int64, torn bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || st.Size() == 0 {
		return 0, false, err
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, st.Size()-1); err != nil {
		return 0, false, err
	}
	return st.Size(), last[0] != '\n', nil
}
