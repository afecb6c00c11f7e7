to_varchar(x) := case when typeof(x) = 'VARCHAR' then x::varchar when typeof(x) = 'JSON' then json_extract_string(x::varchar::json, '$') when typeof(x) in ('DOUBLE', 'FLOAT') then regexp_replace(x::varchar, '\.0$', '') else x::varchar end;
-- Texts are numbers only when they are whole, truth values only when they say so.
is_whole(x) := regexp_full_match(trim(x), '[-+]?([0-9]+|0[xX][0-9a-fA-F]+)');
to_int(x) := case when typeof(x) = 'VARCHAR' then case when kith_x.is_whole(x::varchar) then x::varchar::bigint when x is null then null else ('no whole number: ' || x::varchar)::bigint end when typeof(x) in ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'BOOLEAN') then try_cast(x as bigint) else round(x::decimal(38, 9))::bigint end;
try_to_int(x) := case when typeof(x) = 'VARCHAR' then case when kith_x.is_whole(x::varchar) then try_cast(x::varchar as bigint) end when typeof(x) = 'BOOLEAN' then try_cast(x as bigint) else round(try_cast(x as decimal(38, 9)))::bigint end;
to_bool(x) := case when typeof(x) = 'BOOLEAN' then try_cast(x as boolean) when typeof(x) in ('VARCHAR', 'JSON') then case lower(x::varchar) when 'true' then true when 'false' then false else case when x is null or x::varchar = 'null' then null else ('no truth value: ' || x::varchar)::boolean end end else x::varchar::double::boolean end;
try_to_bool(x) := case when typeof(x) in ('BOOLEAN') then try_cast(x as boolean) when typeof(x) in ('VARCHAR', 'JSON') then case lower(x::varchar) when 'true' then true when 'false' then false end else try_cast(x::varchar as double)::boolean end;
-- An object or array is no value of its own.
scalar(x, p) := case when json_type(x, p) in ('OBJECT', 'ARRAY') then null else json_extract_string(x, p) end;
-- The elements of an array at a path; NULL where there is none.
elements(x, p, every) := case when json_type(x, p) = 'ARRAY' then json_extract(x, every) end;
element_texts(x, p, every) := case when json_type(x, p) = 'ARRAY' then json_extract_string(x, every) end;
