-- Semi-structured values are JSON. A text is JSON already; anything else becomes it.
j(x) := case typeof(x) when 'VARCHAR' then x::varchar::json when 'JSON' then x::varchar::json else to_json(x) end;
texts(x) := json_extract_string(x, '$[*]');
get(x, k) := case when typeof(k) in ('VARCHAR', 'JSON') then json_extract(x, '$."' || k::varchar || '"') else json_extract(x, '$[' || coalesce(try_cast(k::varchar as bigint), 0) || ']') end;
array_size(x) := case when json_type(x) = 'ARRAY' then json_array_length(x) end;
-- The start of a part, of the type of x; x moved by an interval, of the type of x.
date_trunc(part, x) := cast_to_type(date_trunc(part, x), x);
shift(x, step) := cast_to_type(x + step, x);
isoyear_start(x) := cast_to_type(date_trunc('week', make_date(date_part('isoyear', x), 1, 4)), x);
week_start(x) := cast_to_type(date_trunc('week', x + interval 1 day) - interval 1 day, x);
-- Whole numbers: rounded half away from zero. More than 64 bits is an error.
to_int(x) := case when typeof(x) in ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'BOOLEAN') then try_cast(x as bigint) else round(x::decimal(38, 9))::bigint end;
try_to_int(x) := round(try_cast(x as decimal(38, 9)))::bigint;
to_bool(x) := case when typeof(x) = 'BOOLEAN' then try_cast(x as boolean) when typeof(x) in ('VARCHAR', 'JSON') then case when lower(trim(x::varchar, ' "')) in ('true', 't', 'yes', 'y', 'on', '1') then true when lower(trim(x::varchar, ' "')) in ('false', 'f', 'no', 'n', 'off', '0') then false when x is null or x::varchar = 'null' then null else x::varchar::boolean end else x::varchar::double::boolean end;
try_to_bool(x) := case when lower(trim(x::varchar, ' "')) in ('true', 't', 'yes', 'y', 'on', '1') then true when lower(trim(x::varchar, ' "')) in ('false', 'f', 'no', 'n', 'off', '0') then false else null end;
add_months(x, n) := cast_to_type(case when last_day(x::timestamp) = x::timestamp::date then last_day(x::timestamp + to_months(round(n::decimal(38, 9))::int)) + (x::timestamp - date_trunc('day', x::timestamp)) else x::timestamp + to_months(round(n::decimal(38, 9))::int) end, x);
months_between(a, b) := case when date_part('day', a) = date_part('day', b) or (last_day(a) = a::date and last_day(b) = b::date) then date_diff('month', b, a)::double else date_diff('month', b, a) + (date_part('day', a) - date_part('day', b) + (epoch(a) - epoch(date_trunc('day', a)) - epoch(b) + epoch(date_trunc('day', b))) / 86400.0) / 31.0 end;
weekday_number(d) := list_position(['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'], lower(left(d, 2)));
next_day(x, d) := x::timestamp::date + ((kith_x.weekday_number(d) - date_part('isodow', x::timestamp) + 6) % 7 + 1)::int;
previous_day(x, d) := x::timestamp::date - ((date_part('isodow', x::timestamp) - kith_x.weekday_number(d) + 6) % 7 + 1)::int;
date_from_parts(y, m, d) := (make_date(y::int, 1, 1) + to_months(m::int - 1) + to_days(d::int - 1))::date;
timestamp_from_parts(y, m, d, h, mi, s) := make_timestamp(y::int, 1, 1, 0, 0, 0) + to_months(m::int - 1) + to_days(d::int - 1) + to_hours(h::int) + to_minutes(mi::int) + to_seconds(s::double);
text_time(x) := try_cast(x as timestamp);
-- Numbers as times: seconds, and a text of digits by its magnitude as seconds, milliseconds, microseconds or nanoseconds.
epoch_text(n) := make_timestamp(case when abs(n) < 31536000000 then (n * 1000000)::bigint when abs(n) < 31536000000000 then (n * 1000)::bigint when abs(n) < 31536000000000000 then n::bigint else (n // 1000)::bigint end);
epoch_scaled(x, scale) := make_timestamp((x::decimal(38, 6) * 1000000 / power(10, scale))::bigint);
is_digits(x) := typeof(x) in ('VARCHAR', 'JSON') and regexp_full_match(trim(x::varchar, ' "'), '-?[0-9]+');
is_number(x) := typeof(x) in ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'DOUBLE', 'FLOAT', 'UBIGINT', 'UINTEGER') or typeof(x) like 'DECIMAL%';
to_timestamp(x) := case when typeof(x) in ('TIMESTAMP', 'DATE', 'TIMESTAMP WITH TIME ZONE') then try_cast(x as timestamp) when kith_x.is_digits(x) then kith_x.epoch_text(trim(x::varchar, ' "')::hugeint) when kith_x.is_number(x) then make_timestamp((x::varchar::decimal(38, 6) * 1000000)::bigint) else coalesce(kith_x.text_time(trim(x::varchar, ' "')), trim(x::varchar, ' "')::timestamp) end;
try_to_timestamp(x) := case when typeof(x) in ('TIMESTAMP', 'DATE', 'TIMESTAMP WITH TIME ZONE') then try_cast(x as timestamp) when typeof(x) in ('TIMESTAMP', 'DATE', 'TIMESTAMP WITH TIME ZONE') then try_cast(x as timestamp) when kith_x.is_digits(x) then kith_x.epoch_text(try_cast(trim(x::varchar, ' "') as hugeint)) when kith_x.is_number(x) then make_timestamp((try_cast(x::varchar as decimal(38, 6)) * 1000000)::bigint) else kith_x.text_time(trim(x::varchar, ' "')) end;
to_timestamptz(x) := case when typeof(x) in ('TIMESTAMP', 'DATE', 'TIMESTAMP WITH TIME ZONE') then try_cast(x as timestamptz) when kith_x.is_digits(x) or kith_x.is_number(x) then kith_x.to_timestamp(x)::timestamp at time zone 'UTC' else regexp_replace(trim(x::varchar, ' "'), ' ([-+][0-9])', '\1')::timestamptz end;
try_to_timestamptz(x) := case when typeof(x) in ('TIMESTAMP', 'DATE', 'TIMESTAMP WITH TIME ZONE') then try_cast(x as timestamptz) when typeof(x) in ('TIMESTAMP', 'DATE', 'TIMESTAMP WITH TIME ZONE') then try_cast(x as timestamptz) when kith_x.is_digits(x) or kith_x.is_number(x) then kith_x.try_to_timestamp(x)::timestamp at time zone 'UTC' else try_cast(regexp_replace(trim(x::varchar, ' "'), ' ([-+][0-9])', '\1') as timestamptz) end;
to_date(x) := kith_x.to_timestamp(x)::date;
try_to_date(x) := kith_x.try_to_timestamp(x)::date;
-- Text.
initcap(x) := array_to_string(list_transform(regexp_extract_all(lower(x), '[a-z0-9]+|[^a-z0-9]+'), lambda _w: upper(left(_w, 1)) || substr(_w, 2)), '');
charindex(s, x, start) := case when instr(substr(x, start), s) = 0 then 0 else instr(substr(x, start), s) + start - 1 end;
split_part(x, s, n) := split_part(x, s, case when n = 0 then 1 else n end);
insert(x, start, n, s) := left(x, start - 1) || s || substr(x, start + n);
regexp_instr(x, p) := case when regexp_matches(x, p) then instr(x, regexp_extract(x, p)) else 0 end;
parse_json(x) := nullif(trim(x), '')::json;
try_parse_json(x) := case when json_valid(nullif(trim(x), '')) then trim(x)::json end;
-- A part of a text whose start is counted from 1; 0 is the first letter, too.
start(n) := case when n = 0 then 1 else n end;
