package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"kith/internal/cli/view"
	"kith/internal/diag"
	"kith/internal/project"
	"kith/internal/siteconfig"
)

// setting is a key of a connection's output that init asks for.
type setting struct {
	key, flag, question, byDefault string
	// need tells that it cannot be left out; secret that it is typed unseen and best given as env:NAME or file:/path.
	need, secret bool
	number       bool
	// file tells that the value is the path of a JSON file whose fields are copied.
	file bool
}

func (s setting) flagName() string {
	if s.flag != "" {
		return s.flag
	}
	return s.key
}

// server are the settings that most servers have.
func server(port string) []setting {
	return []setting{
		{key: "host", question: "Host", need: true},
		{key: "port", question: "Port", byDefault: port, number: true},
		{key: "dbname", question: "Database", need: true},
		{key: "schema", question: "Schema to publish to", need: true},
		{key: "user", question: "User", need: true},
		{key: "password", question: "Password, or env:NAME", secret: true},
		{key: "sslmode", question: "sslmode", byDefault: "require"},
	}
}

// settings are what is asked for, by type of warehouse.
var settings = map[string][]setting{
	"duckdb": {
		{key: "path", question: "Database file (a relative path starts in the project's folder)", byDefault: ".kith/warehouse.duckdb"},
		{key: "schema", question: "Schema to publish to", byDefault: "main"},
	},
	"postgres": server("5432"),
	"redshift": server("5439"),
	"snowflake": {
		{key: "account", question: "Account (organisation-account)", need: true},
		{key: "warehouse", question: "Warehouse", need: true},
		{key: "dbname", question: "Database", need: true},
		{key: "schema", question: "Schema to publish to", need: true},
		{key: "user", question: "User", need: true},
		{key: "role", question: "Role", need: true},
		{key: "privateKeyFile", flag: "private_key_file", question: "Private key file (empty for a password)"},
		{key: "privateKeyPassphrase", flag: "private_key_passphrase", question: "Passphrase of the key, or env:NAME", secret: true},
		{key: "password", question: "Password, or env:NAME", secret: true},
	},
	"bigquery": {
		{key: "project_id", question: "Project", need: true},
		{key: "schema", question: "Dataset to publish to", need: true},
		{key: "location", question: "Location", byDefault: "US"},
		{key: "credentials", question: "JSON file of the service account (empty for the default credentials)", file: true},
	},
	"databricks": {
		{key: "host", question: "Host", need: true},
		{key: "port", question: "Port", byDefault: "443", number: true},
		{key: "http_endpoint", question: "HTTP path of the SQL warehouse", need: true},
		{key: "access_token", question: "Access token, or env:NAME", need: true, secret: true},
		{key: "user", question: "User", need: true},
		{key: "catalog", question: "Catalog", need: true},
		{key: "schema", question: "Schema to publish to", need: true},
	},
}

// connectionTypes are the types that init can ask about, in the order of the site configuration's reference.
func connectionTypes() []string {
	var out []string
	for _, t := range siteconfig.Types {
		if settings[t] != nil {
			out = append(out, t)
		}
	}
	return out
}

type connectionFlags struct {
	name, typ string
	values    map[string]*string // by flag
}

func (a *App) initConnection() *cobra.Command {
	f := connectionFlags{values: map[string]*string{}}
	c := &cobra.Command{
		Use:   "connection",
		Short: "Add a connection to the site configuration",
		Long: `Add a connection to ~/.pb/siteconfig.yaml, or to the file given with -c. What is there already stays as it is. On a
terminal what is not given by flags is asked for; elsewhere a missing flag is an error.

Secrets are best kept out of the file: write env:NAME for the value of an environment variable, file:/path for that of a
file.`,
		Example: example(`
			kith init connection
			kith init connection --name shop --type duckdb --path /data/shop.duckdb
			kith init connection --name shop --type postgres --host db --dbname shop --schema out --user me`),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.addConnection(c.Context(), f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.name, "name", "", "name of the connection, as projects give it")
	fl.StringVar(&f.typ, "type", "", "type of warehouse: "+strings.Join(connectionTypes(), ", "))
	for _, t := range connectionTypes() {
		for _, s := range settings[t] {
			if f.values[s.flagName()] == nil {
				f.values[s.flagName()] = fl.String(s.flagName(), "", s.key+" of "+strings.Join(typesWith(s.key), ", "))
			}
		}
	}
	return c
}

func typesWith(key string) []string {
	var out []string
	for _, t := range connectionTypes() {
		if slices.ContainsFunc(settings[t], func(s setting) bool { return s.key == key }) {
			out = append(out, t)
		}
	}
	return out
}

func (a *App) addConnection(ctx context.Context, f connectionFlags) error {
	ask := a.asker(ctx)
	name := ask.must(f.name, "Name of the connection", "name")
	target := ask.or(a.flags.target, "Target", siteconfig.DefaultTarget)
	typ := strings.ToLower(ask.choice(f.typ, "Type of warehouse", "type", connectionTypes()))
	if diags := f.check(typ); diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	entries, err := f.entries(ask, typ)
	if err == nil {
		err = ask.err
	}
	if err != nil {
		return stop(ExitUser, err)
	}
	if len(ask.miss) > 0 {
		var diags diag.List
		diags.Errorf(diag.UMissing, noSpan, "not given: %s", strings.Join(ask.miss, ", ")).WithFix("give them as flags, or run this on a terminal to be asked")
		return refuse(ExitUser, diags)
	}
	path := a.flags.siteconfig
	if path == "" {
		if path = siteconfig.DefaultPath(); path == "" {
			return stop(ExitUser, errors.New("there is no home folder; give the file with -c"))
		}
	}
	diags, err := siteconfig.Append(path, siteconfig.NewConnection{Name: name, Target: target, Output: entries})
	if err != nil {
		return stop(ExitUser, err)
	}
	if diags.HasErrors() {
		return refuse(ExitUser, diags)
	}
	if a.flags.json {
		return a.document(struct {
			File       string `json:"file"`
			Connection string `json:"connection"`
			Target     string `json:"target"`
			Type       string `json:"type"`
		}{path, name, target, typ})
	}
	style := view.StyleOf(a.Out)
	fmt.Fprintf(a.Out, "%s connection %s, target %s, in %s\n\n%s\n  %s\n", style.Good("✔"), style.Bold(name), target, project.Relative(path, dir()),
		style.Bold("Next"), style.Accent(a.line("kith validate access")))
	fmt.Fprintf(a.Out, "  %s\n", style.Dim("in a project with the line  connection: "+name))
	return nil
}

// check reports an unknown type, and flags that another type of warehouse has.
func (f *connectionFlags) check(typ string) diag.List {
	var diags diag.List
	if typ == "" {
		return nil
	}
	known := settings[typ]
	if known == nil {
		d := diags.Errorf(diag.UFlag, noSpan, "--type %q is none of %s", typ, strings.Join(connectionTypes(), ", "))
		if near := diag.Nearest(typ, connectionTypes()); near != "" {
			d.WithFix("did you mean %q?", near)
		}
		return diags
	}
	var names []string
	for flag, v := range f.values {
		if *v != "" && !slices.ContainsFunc(known, func(s setting) bool { return s.flagName() == flag }) {
			names = append(names, "--"+flag)
		}
	}
	slices.Sort(names)
	for _, n := range names {
		diags.Errorf(diag.UFlag, noSpan, "%s means nothing for %s", n, typ)
	}
	return diags
}

// entries are the keys to write, in the order of the reference.
func (f *connectionFlags) entries(ask *asker, typ string) ([]siteconfig.Entry, error) {
	out := []siteconfig.Entry{{Key: "type", Value: typ}}
	given := map[string]bool{}
	for _, s := range settings[typ] {
		v := *f.values[s.flagName()]
		switch {
		case s.secret:
			v = f.secretOf(ask, s, v, given)
		case s.need:
			v = ask.must(v, s.question, s.flagName())
		default:
			v = ask.or(v, s.question, s.byDefault)
		}
		if v == "" {
			continue
		}
		given[s.key] = true
		e, err := s.entry(v)
		if err != nil {
			return nil, err
		}
		out = append(out, e...)
	}
	if typ == "snowflake" && !ask.on && !given["password"] && !given["privateKeyFile"] {
		ask.miss = append(ask.miss, "--private_key_file or --password")
	}
	return out, nil
}

// secretOf asks for a secret, unless a key makes it needless.
func (f *connectionFlags) secretOf(ask *asker, s setting, v string, given map[string]bool) string {
	needless := s.key == "password" && given["privateKeyFile"] || s.key == "privateKeyPassphrase" && !given["privateKeyFile"]
	if v == "" && !needless {
		v = ask.secret(s.question)
	}
	if v == "" && s.need && !ask.on {
		ask.miss = append(ask.miss, "--"+s.flagName())
	}
	return v
}

func (s setting) entry(v string) ([]siteconfig.Entry, error) {
	switch {
	case s.file:
		return credentials(s.key, v)
	case s.secret:
		return []siteconfig.Entry{{Key: s.key, Value: siteconfig.NewSecret(v)}}, nil
	case s.number:
		n, err := strconv.Atoi(v)
		if err != nil {
			return nil, fmt.Errorf("--%s %q is no number", s.flagName(), v)
		}
		return []siteconfig.Entry{{Key: s.key, Value: n}}, nil
	case s.key == "privateKeyFile":
		return []siteconfig.Entry{{Key: "useKeyPairAuth", Value: true}, {Key: s.key, Value: v}}, nil
	}
	return []siteconfig.Entry{{Key: s.key, Value: v}}, nil
}

// credentials copies the fields of a service account's file, in the order of the file.
func credentials(key, path string) ([]siteconfig.Entry, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	bad := fmt.Errorf("%s is not the JSON file of a service account", path)
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, bad
	}
	var fields []siteconfig.Entry
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return nil, bad
		}
		var v string
		if err := d.Decode(&v); err != nil {
			return nil, bad
		}
		name, _ := k.(string)
		fields = append(fields, siteconfig.Entry{Key: name, Value: siteconfig.NewSecret(v)})
	}
	return []siteconfig.Entry{{Key: key, Value: fields}}, nil
}
