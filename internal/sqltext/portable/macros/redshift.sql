-- Whole numbers divide to whole numbers, cut towards zero.
div(a, b) := cast_to_type(case when typeof(a) in ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT') and typeof(b) in ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT') then trunc(a / b) else a / b end, a // b);
to_varchar(x) := case when typeof(x) = 'VARCHAR' then x::varchar when typeof(x) = 'JSON' then json_extract_string(x::varchar::json, '$') when typeof(x) in ('DOUBLE', 'FLOAT') then regexp_replace(x::varchar, '\.0$', '') else x::varchar end;
-- The average of whole numbers is one, and that of decimals has their places; m is the sum, for its type.
average(a, m) := cast_to_type(case when typeof(m) in ('HUGEINT', 'BIGINT', 'INTEGER') then trunc(a) else a end, m);
-- A start before the first letter shortens the part.
substring(x, s, n) := substr(x, greatest(s, 1), greatest(n + least(s, 1) - 1, 0));
tail(x, s) := substr(x, greatest(s, 1));
-- Text that is no JSON gives NULL when that is asked for.
json_or_null(x, lenient) := case when not lenient or json_valid(x::varchar) then x::varchar::json end;
