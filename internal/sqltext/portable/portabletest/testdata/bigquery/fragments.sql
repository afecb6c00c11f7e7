date_diff(d, date(ts), day)
date_sub(d, interval n day)
timestamp_diff(ts, current_timestamp(), hour)
safe_cast(s as int64)
array_agg(s ignore nulls order by ts desc limit 1)[offset(0)]
countif(n > 1)
regexp_contains(s, r'a')
safe_divide(n, x)
format_date('%Y', d)
row_number() over (partition by s order by ts)
json_value(j, '$.a')
`s`
any_value(s having max ts)
