// Package naive builds the example project on DuckDB the slow and obvious way: a table for each step, a statement for each
// feature, the graph in a map. It is a second opinion: the SQL and templates are the project's own, the semantics those of
// the documentation, the code that of nobody else. It understands what this project uses and nothing more.
package naive

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Project is the YAML of a project and the DuckDB it is built in.
type Project struct {
	// EndTime is the end of the run, as "2006-01-02 15:04:05".
	EndTime string

	dir      string
	db       *sql.DB
	ctx      context.Context
	entities map[string]*Entity
	idTypes  map[string]*IDType
	inputs   map[string]*Input
	models   map[string]*Model
	macros   map[string]*Macro
	groups   []*VarGroup

	built map[string]string    // path -> name of a table or view
	vars  map[string]*varTable // scope ("user", or a cohort's name) -> columns
}

// The YAML, as far as it is used. Keys that are not listed are mistakes.
type (
	projectFile struct {
		Name          string
		SchemaVersion int `yaml:"schema_version"`
		Connection    string
		ModelFolders  []string `yaml:"model_folders"`
		Entities      []*Entity
		IDTypes       []*IDType                            `yaml:"id_types"`
		AvailableTags []struct{ Name, Description string } `yaml:"available_tags"`
	}
	modelFile struct {
		Inputs    []*Input
		Models    []*Model
		VarGroups []*VarGroup `yaml:"var_groups"`
		Macros    []*Macro
	}
	// Entity is an item of entities.
	Entity struct {
		Name, Description string
		IDStitcher        string   `yaml:"id_stitcher"`
		IDColumnName      string   `yaml:"id_column_name"`
		IDTypes           []string `yaml:"id_types"`
		FeatureViews      views    `yaml:"feature_views"`
	}
	views struct {
		Name     string
		UsingIDs []struct{ ID, Name string } `yaml:"using_ids"`
	}
	// IDType is an item of id_types.
	IDType struct {
		Name, Extends string
		Filters       []struct {
			Type  string
			Value *string
			Regex string
			SQL   *sqlSet
		}
	}
	sqlSet struct{ Select, From, Where string }
	// Input is an item of inputs.
	Input struct {
		Name     string
		Contract contract
		Defaults struct {
			Parquet, CSV, JSON string
			OccurredAt         string `yaml:"occurred_at_col"`
			IDs                []id
		} `yaml:"app_defaults"`
		Where string
	}
	contract struct {
		IsOptional    bool                              `yaml:"is_optional"`
		IsEventStream bool                              `yaml:"is_event_stream"`
		WithEntityIDs []string                          `yaml:"with_entity_ids"`
		WithColumns   []struct{ Name, Datatype string } `yaml:"with_columns"`
	}
	id struct {
		Select, Type, Entity string
		ToDefaultStitcher    *bool `yaml:"to_default_stitcher"`
	}
	// Model is an item of models.
	Model struct {
		Name string
		Type string `yaml:"model_type"`
		Spec struct {
			EntityKey       string                  `yaml:"entity_key"`
			Materialization map[string]string       `yaml:"materialization"`
			Delta           string                  `yaml:"incremental_timedelta"`
			EdgeSources     []struct{ From string } `yaml:"edge_sources"`
			SingleSQL       string                  `yaml:"single_sql"`
			OccurredAt      string                  `yaml:"occurred_at_col"`
			Contract        contract
			IDs             []id
			Features        []any
			Extends         string
			Pipeline        []struct {
				Type, Value string
				SQL         *sqlSet
			} `yaml:"filter_pipeline"`
			Expression   any   `yaml:"filter_expression"`
			FeatureViews views `yaml:"feature_views"`
		} `yaml:"model_spec"`
	}
	// VarGroup is an item of var_groups.
	VarGroup struct {
		Name         string
		EntityKey    string `yaml:"entity_key"`
		EntityCohort string `yaml:"entity_cohort"`
		Vars         []struct {
			EntityVar *Var `yaml:"entity_var"`
			InputVar  *Var `yaml:"input_var"`
		}
	}
	// Var is an entity_var or an input_var.
	Var struct {
		Name, Select, From, Where, Description string
		Default                                any    `yaml:"default"`
		DefaultValue                           any    `yaml:"default_value"`
		DataType                               string `yaml:"column_data_type"`
		IsFeature                              *bool  `yaml:"is_feature"`
		Tags                                   []string
		Window                                 *struct {
			PartitionBy []string `yaml:"partition_by"`
			OrderBy     []string `yaml:"order_by"`
			Frame       string   `yaml:"frame_clause"`
		}
	}
	// Macro is an item of macros.
	Macro struct {
		Name   string
		Inputs []string
		Value  string
	}
)

// Open reads the project in dir and binds it to an empty DuckDB. End is the end time of the run.
func Open(ctx context.Context, db *sql.DB, dir, end string) (*Project, error) {
	p := &Project{EndTime: end, dir: dir, db: db, ctx: ctx, entities: map[string]*Entity{}, idTypes: map[string]*IDType{}, inputs: map[string]*Input{},
		models: map[string]*Model{}, macros: map[string]*Macro{}, built: map[string]string{}, vars: map[string]*varTable{}}
	var top projectFile
	if err := decode(filepath.Join(dir, "pb_project.yaml"), &top); err != nil {
		return nil, err
	}
	for _, e := range top.Entities {
		if e.IDColumnName == "" {
			e.IDColumnName = e.Name + "_main_id"
		}
		p.entities[e.Name] = e
	}
	for _, t := range top.IDTypes {
		p.idTypes[t.Name] = t
	}
	for _, folder := range top.ModelFolders {
		err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			return p.readModels(path)
		})
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *Project) readModels(path string) error {
	var f modelFile
	if err := decode(path, &f); err != nil {
		return err
	}
	for _, x := range f.Inputs {
		p.inputs[x.Name] = x
	}
	for _, x := range f.Models {
		p.models[x.Name] = x
	}
	for _, x := range f.Macros {
		p.macros[x.Name] = x
	}
	p.groups = append(p.groups, f.VarGroups...)
	return nil
}

func decode(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// exec runs one statement; what names the part of the project it comes from.
func (p *Project) exec(what, statement string) error {
	if _, err := p.db.ExecContext(p.ctx, statement); err != nil {
		return fmt.Errorf("%s: %w\n%s", what, err, statement)
	}
	return nil
}

// Models lists the names of the models of one type, sorted.
func (p *Project) Models(ofType string) []string {
	var out []string
	for name, m := range p.models {
		if m.Type == ofType {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

func quote(identifier string) string { return `"` + strings.ReplaceAll(identifier, `"`, `""`) + `"` }
