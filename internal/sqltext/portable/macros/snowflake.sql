-- Texts as times: ISO 8601, and the other forms that AUTO detects.
text_time(x) := coalesce(try_cast(x as timestamp), try_strptime(x, ['%m/%d/%Y', '%d-%b-%Y', '%m/%d/%Y %H:%M:%S']));
to_varchar(x) := case when typeof(x) = 'VARCHAR' then x::varchar when typeof(x) = 'JSON' then json_extract_string(x::varchar::json, '$') when typeof(x) in ('DOUBLE', 'FLOAT') then regexp_replace(x::varchar, '\.0$', '') when typeof(x) = 'TIMESTAMP' then strftime(try_cast(x as timestamp), '%Y-%m-%d %H:%M:%S.%g') when typeof(x) = 'TIMESTAMP WITH TIME ZONE' then strftime(try_cast(x as timestamptz), '%Y-%m-%d %H:%M:%S.%g ') || rpad(replace(strftime(try_cast(x as timestamptz), '%z'), ':', ''), 5, '0') when typeof(x) like '%[]' or typeof(x) like 'STRUCT%' or typeof(x) like 'MAP%' then to_json(x)::varchar else x::varchar end;
uniform(a, b) := a + floor(random() * (b - a + 1))::bigint;
haversine(lat1, lon1, lat2, lon2) := 2 * 6371 * asin(sqrt(power(sin(radians(lat2 - lat1) / 2), 2) + cos(radians(lat1)) * cos(radians(lat2)) * power(sin(radians(lon2 - lon1) / 2), 2)));
width_bucket(x, lo, hi, n) := case when x < lo then 0 when x >= hi then n + 1 else floor((x - lo) * n / (hi - lo))::bigint + 1 end;
check_json(x) := case when x is null or json_valid(x) then null else 'invalid JSON' end;
to_array(x) := case when x is null then null when json_type(x) = 'ARRAY' then x else json_array(x) end;
array_contains(v, x) := list_contains(json_extract_string(x, '$[*]'), kith_x.to_varchar(v));
array_distinct(x) := to_json(list_filter(json_extract(x, '$[*]'), lambda _e, _i: list_position(json_extract(x, '$[*]'), _e) = _i));
array_cat(a, b) := to_json(list_concat(json_extract(a, '$[*]'), json_extract(b, '$[*]')));
array_append(x, v) := to_json(list_append(json_extract(x, '$[*]'), to_json(v)));
array_compact(x) := to_json(list_filter(json_extract(x, '$[*]'), lambda _e: json_type(_e) <> 'NULL'));
array_position(v, x) := list_position(json_extract_string(x, '$[*]'), kith_x.to_varchar(v)) - 1;
array_slice(x, lo, hi) := to_json((json_extract(x, '$[*]'))[case when lo < 0 then json_array_length(x)::bigint + lo else lo end + 1 : case when hi < 0 then json_array_length(x)::bigint + hi else hi end]);
array_sort(x) := to_json(list_transform(list_sort(list_transform(json_extract(x, '$[*]'), lambda _e: _e::variant)), lambda _e: _e::json));
type_of(x) := case json_type(x) when 'VARCHAR' then 'VARCHAR' when 'NULL' then 'NULL_VALUE' when 'UBIGINT' then 'INTEGER' when 'BIGINT' then 'INTEGER' when 'DOUBLE' then case when contains(lower(x::varchar), 'e') then 'DOUBLE' else 'DECIMAL' end else json_type(x) end;
array_except(x, y) := to_json(list_filter(json_extract(x, '$[*]'), lambda _e, _i: len(list_filter((json_extract(x, '$[*]'))[1:_i], lambda _y: _y = _e)) > len(list_filter(json_extract(y, '$[*]'), lambda _y: _y = _e))));
array_flatten(x) := to_json(flatten(list_transform(json_extract(x, '$[*]'), lambda _e: case when json_type(_e) = 'ARRAY' then json_extract(_e, '$[*]') else [_e] end)));
array_remove(x, v) := to_json(list_filter(json_extract(x, '$[*]'), lambda _e: json_extract_string(_e, '$') is distinct from kith_x.to_varchar(v)));
array_reverse(x) := to_json(list_reverse(json_extract(x, '$[*]')));
array_extreme(x, best) := json_extract(to_json(list_aggregate(list_transform(list_filter(json_extract(x, '$[*]'), lambda _e: json_type(_e) <> 'NULL'), lambda _e: _e::variant), best)), '$');
as_type(x, kinds) := case when json_type(x) in kinds then x end;
-- The words of a text between any of the letters of d.
words(x, d) := list_filter(string_split(translate(x, d, repeat(left(d, 1), length(d)::int)), left(d, 1)), lambda _w: _w <> '');
flatten(x) := table select 1::bigint as seq, case when json_type(x) = 'ARRAY' then null else e.key end as key, case when json_type(x) = 'ARRAY' then '[' || e.key || ']' else e.key end as path, case when json_type(x) = 'ARRAY' then e.key::bigint end as index, e.value::json as value, x as this from json_each(x) e where json_type(x) in ('ARRAY', 'OBJECT');
flatten_outer(x) := table select 1::bigint as seq, case when json_type(x) = 'ARRAY' then null else e.key end as key, case when json_type(x) = 'ARRAY' then '[' || e.key || ']' else e.key end as path, case when json_type(x) = 'ARRAY' then e.key::bigint end as index, e.value::json as value, x as this from json_each(x) e where json_type(x) in ('ARRAY', 'OBJECT') union all select 1, null, null, null, null, x where coalesce(json_array_length(x), 0) = 0 and coalesce(len(json_keys(x)), 0) = 0;
