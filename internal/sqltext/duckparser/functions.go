package duckparser

import "strings"

// The names are those of duckdb_functions() of the linked engine, so that asking for one opens no database; a test
// compares the lists with it.
var (
	windows = words(`row_number rank dense_rank rank_dense percent_rank cume_dist ntile lag lead first_value last_value
		nth_value fill`)
	aggregates = words(`any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null
		arg_max_nulls_last arg_min arg_min_null arg_min_nulls_last argmax argmin array_agg avg bit_and bit_or bit_xor
		bitstring_agg bool_and bool_or corr count count_if count_star countif covar_pop covar_samp entropy favg first fsum
		group_concat histogram histogram_exact kahan_sum kurtosis kurtosis_pop last list listagg mad max max_by mean median
		min min_by mode product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2
		regr_slope regr_sxx regr_sxy regr_syy reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum
		sum_no_overflow sumkahan var_pop var_samp variance
		geomean geometric_mean json_group_array json_group_object json_group_structure wavg weighted_avg`)
	// lambdas are the functions whose arguments after the first may be written "x -> ...".
	lambdas = words(`reduce list_apply list_reduce list_filter filter array_apply array_filter list_transform apply
		array_transform array_reduce`)
	// values are words that stand for a value where no column has the name; the parser takes them for columns. "user" is
	// not among them: a column of that name is likelier in a project than the name of the database user.
	values = words(`current_catalog current_date current_role current_schema current_time current_timestamp current_user
		localtime localtimestamp session_user`)
)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}
