package spec

import "strings"

// Type says what a key accepts: for messages, reference documents and JSON schema.
type Type struct {
	// Word is the type in a user's words: "text", "template", "integer", "true or false", "duration", "list of names".
	Word string
	// JSON is the type in JSON schema: "string", "integer", "boolean", "array", "object", or "" for anything.
	JSON string
	// Enum lists the words allowed, nil when any text is.
	Enum []string
	// Table is the object that the value, or each item of the list, is.
	Table *Table
	// List is set when Table or Enum describe the items of a list.
	List bool
}

// FieldInfo describes one key of a YAML object. Decoding, diagnostics, reference documents and JSON schema all come from it.
type FieldInfo struct {
	Name string
	// Doc says what the key means, in a sentence or two.
	Doc      string
	Type     Type
	Required bool
	// Default is what a missing key means, for documents only; "" when there is nothing to say.
	Default string
	// Since is the schema_version that brought the key, 0 when it was always there.
	Since int
	// OldNames are spellings of older schemas, accepted with a warning.
	OldNames []string
	// OldPlace is the key that this one belongs under; here it is accepted with a warning.
	OldPlace string
	// Former is the key that replaced this one, when their forms differ; it is accepted with a warning.
	Former string
	// Gone is the schema_version that took the key out of the language, 0 while it is part of it. It is read without effect.
	Gone int
	// Settled is set when the key may be missing where the rest of the project tells its value; that is checked when
	// everything is read.
	Settled bool
	// NoEffect is set when the key is accepted and nothing acts on it.
	NoEffect bool
	// Secret values are never shown, nor the lines they stand on.
	Secret bool
	// Beyond is set for keys that Profiles itself does not know.
	Beyond bool
}

// Table describes one kind of YAML object: its keys in the order of the reference.
type Table struct {
	// Name is how messages call the object ("input", "entity_var").
	Name string
	// Place is where it stands ("inputs[]", "var_groups[].vars[].entity_var").
	Place  string
	Doc    string
	Fields []FieldInfo
	// Hints are keys written by habit from elsewhere, with what to do instead.
	Hints map[string]string
}

// Field returns the description of a key, by its name or an older one; nil when there is none.
func (t *Table) Field(key string) *FieldInfo {
	for i := range t.Fields {
		if t.Fields[i].Name == key {
			return &t.Fields[i]
		}
	}
	for i := range t.Fields {
		for _, old := range t.Fields[i].OldNames {
			if old == key {
				return &t.Fields[i]
			}
		}
	}
	return nil
}

func (t *Table) keys() []string {
	var out []string
	for _, f := range t.Fields {
		if f.Former == "" && f.OldPlace == "" {
			out = append(out, f.Name)
		}
	}
	for _, f := range t.Fields {
		if f.Former != "" || f.OldPlace != "" {
			out = append(out, f.Name)
		}
	}
	return out
}

// Opt sets a property of a field.
type Opt func(*FieldInfo)

// Required marks a key that must be written.
func Required(f *FieldInfo) { f.Required = true }

// NoEffect marks a key that is accepted and does nothing.
func NoEffect(f *FieldInfo) { f.NoEffect = true }

// Settled marks a required key whose value the rest of an old project may tell.
func Settled(f *FieldInfo) { f.Required, f.Settled = true, true }

// Gone says which schema_version took the key out of the language.
func Gone(schema int) Opt { return func(f *FieldInfo) { f.Gone, f.NoEffect = schema, true } }

// Secret marks a value that is never shown.
func Secret(f *FieldInfo) { f.Secret = true }

// Beyond marks a key that Profiles itself does not know.
func Beyond(f *FieldInfo) { f.Beyond = true }

// Default says what a missing key means.
func Default(text string) Opt { return func(f *FieldInfo) { f.Default = text } }

// Since gives the schema_version that brought the key.
func Since(schema int) Opt { return func(f *FieldInfo) { f.Since = schema } }

// Was gives older spellings of the key, accepted with a warning.
func Was(names ...string) Opt {
	return func(f *FieldInfo) { f.OldNames = append(f.OldNames, names...) }
}

// Under says that the key belongs under another one and is accepted here with a warning.
func Under(key string) Opt { return func(f *FieldInfo) { f.OldPlace = key } }

// ReplacedBy says that another key does what this one did; this one is accepted with a warning.
func ReplacedBy(key string) Opt { return func(f *FieldInfo) { f.Former = key } }

func quoteList(words []string) string { return strings.Join(words, ", ") }
