package portable

func redshift() *dialect   { return &dialect{name: "redshift", schema: "kith_rs"} }
func bigquery() *dialect   { return &dialect{name: "bigquery", schema: "kith_bq"} }
func databricks() *dialect { return &dialect{name: "databricks", schema: "kith_dbx"} }
