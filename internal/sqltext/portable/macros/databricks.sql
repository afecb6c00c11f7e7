-- A fraction is cut off.
to_int(x) := trunc(x::decimal(38, 9))::bigint;
try_to_int(x) := trunc(try_cast(x as decimal(38, 9)))::bigint;
to_varchar(x) := case when typeof(x) = 'VARCHAR' then x::varchar when typeof(x) = 'JSON' then json_extract_string(x::varchar::json, '$') else x::varchar end;
substring_index(x, s, n) := case when n > 0 then array_to_string(string_split(x, s)[1:n], s) when n < 0 then array_to_string(list_reverse(list_reverse(string_split(x, s))[1:-n]), s) else '' end;
-- Text that is no JSON gives NULL.
json_or_null(x) := case when json_valid(x::varchar) then x::varchar::json end;
-- Words stand between blanks.
initcap(x) := array_to_string(list_transform(string_split(lower(x), ' '), lambda _w: upper(left(_w, 1)) || substr(_w, 2)), ' ');
-- Lists keep the order of their first appearance.
distinct_list(x) := list_filter(x, lambda _e, _i: list_position(x, _e) = _i);
array_except(x, y) := list_filter(x, lambda _e, _i: list_position(x, _e) = _i and not list_contains(y, _e));
array_intersect(x, y) := list_filter(x, lambda _e, _i: list_position(x, _e) = _i and list_contains(y, _e));
array_remove(x, v) := list_filter(x, lambda _e: _e is distinct from v);
slice(x, s, n) := list_slice(x, case when s < 0 then len(x) + s + 1 else s end, case when s < 0 then len(x) + s + 1 else s end + n - 1);
-- An argument of CONCAT_WS: a list stands for its elements.
joined(x, sep) := case when typeof(x) like '%]' then nullif(array_to_string(json_extract_string(to_json(x), '$[*]'), sep), '') else x::varchar end;
-- Numbers are seconds.
time_of(x) := case when typeof(x) in ('TIMESTAMP', 'DATE', 'TIMESTAMP WITH TIME ZONE') then try_cast(x as timestamp) when kith_x.is_number(x) then make_timestamp((x::varchar::decimal(38, 6) * 1000000)::bigint) else x::varchar::timestamp end;
