// Package modeltype names the model types there are. Each lives in a folder of its own, with the field table of its
// model_spec and the way it becomes a node of the graph; a new one is one folder and one line here.
package modeltype

import (
	"kith/internal/model"
	"kith/internal/modeltype/columnunion"
	"kith/internal/modeltype/entitycohort"
	"kith/internal/modeltype/featuretable"
	"kith/internal/modeltype/featureviews"
	"kith/internal/modeltype/idstitcher"
	"kith/internal/modeltype/pythonmodel"
	"kith/internal/modeltype/sqltemplate"
	"kith/internal/spec"
)

// All returns the model types in the order of the reference.
func All() []model.Type {
	types := []model.Type{
		idstitcher.Type{},
		entitycohort.Type{},
		sqltemplate.Type{},
		featuretable.Type{},
		columnunion.Type{},
	}
	types = append(types, featureviews.Types()...)
	return append(types, pythonmodel.Types()...)
}

// Tables are the field tables of all model_specs, for the language reference.
func Tables() []*spec.Table {
	return []*spec.Table{
		idstitcher.Object.Table(),
		entitycohort.Object.Table(),
		sqltemplate.Object.Table(),
		featuretable.Object.Table(),
		columnunion.Object.Table(),
		featureviews.Object.Table(),
	}
}
