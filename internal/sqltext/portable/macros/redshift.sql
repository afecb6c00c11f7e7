-- Whole numbers divide to whole numbers, cut towards zero.
div(a, b) := cast_to_type(case when typeof(a) in ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT') and typeof(b) in ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT') then trunc(a / b) else a / b end, a // b);
to_varchar(x) := case when typeof(x) = 'VARCHAR' then x::varchar when typeof(x) = 'JSON' then json_extract_string(x::varchar::json, '$') when typeof(x) in ('DOUBLE', 'FLOAT') then regexp_replace(x::varchar, '\.0$', '') else x::varchar end;
