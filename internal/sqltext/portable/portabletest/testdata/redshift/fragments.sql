datediff(day, ts, d)
dateadd(month, n, d)
n / nullif(n, 0)
s ~ 'a' and n > 1
listagg(s, ',') within group (order by n)
json_extract_path_text(s, 'a', 'b')
n::float + x::numeric(10,2)
nvl(n, 0)
getdate() - ts
row_number() over (partition by s order by ts desc)
