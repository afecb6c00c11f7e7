to_varchar(x) := x::varchar;
