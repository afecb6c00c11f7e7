datediff(day, ts, d)
datediff(week, ts, d) + n
dateadd(month, n, d)
dateadd(hour, -1, ts)
date_trunc('month', ts)
to_date(s)
to_char(ts, 'YYYY-MM-DD')
n::int + x::number(10,2)
s::string || x::varchar
try_cast(s as float)
iff(n > 1, s, upper(s))
nvl(n, 0) + zeroifnull(n)
decode(s, 'a', n, 0)
greatest(n, x)
concat(s, upper(s))
s rlike 'a.*' and n > 1
s not ilike any ('a%', 'b%')
split_part(s, '-', 0)
regexp_replace(s, 'a')
j:a.b::string
j:a = s
j:n * n
array_size(j)
parse_json(s):a::int
array_agg(distinct s)
array_agg(s) within group (order by n desc)
listagg(s, ',') within group (order by n desc)
count(distinct s, n)
sum(iff(s = 'x', n, 0))
first_value(s) ignore nulls over (partition by n order by ts desc)
last_value(n) over (order by d)
max_by(s, ts)
percentile_cont(0.5) within group (order by x) over (partition by s)
ratio_to_report(n) over (partition by s)
count_if(n > 1 and s = 'a')
d - interval '7 day'
object_construct('a', n, 'b', s)
convert_timezone('UTC', 'Asia/Tokyo', ts)
case when datediff(day, ts, current_timestamp()) <= 30 then n else 0 end
add_months(d, n)
last_day(d)
upper(s) || '-' || lower(s)
coalesce(n, 0) + 1
sum(n) over (partition by s order by ts)
row_number() over (order by n desc, s desc)
max(n)
count(distinct s)
replace(s, '-', '+')
regexp_replace(s, '[a-z]', '#')
split_part(s, '-', 1)
median(n)
case when s like 'a%' then 1 else 0 end
extract(year from d)
date_part('month', d)
ts::date
n / 2
