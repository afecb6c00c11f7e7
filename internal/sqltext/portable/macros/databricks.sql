-- A fraction is cut off.
to_int(x) := trunc(x::decimal(38, 9))::bigint;
try_to_int(x) := trunc(try_cast(x as decimal(38, 9)))::bigint;
to_varchar(x) := case when typeof(x) = 'VARCHAR' then x::varchar when typeof(x) = 'JSON' then json_extract_string(x::varchar::json, '$') else x::varchar end;
substring_index(x, s, n) := case when n > 0 then array_to_string(string_split(x, s)[1:n], s) when n < 0 then array_to_string(list_reverse(list_reverse(string_split(x, s))[1:-n]), s) else '' end;
-- Text that is no JSON gives NULL.
json_or_null(x) := case when json_valid(x::varchar) then x::varchar::json end;
