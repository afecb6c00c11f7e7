-- Text that means the same everywhere: one query a line, unchanged in every dialect.
select a, b from t where a > 1 and b = 'x'
select count(*), count(distinct a), sum(b), min(c), max(c) from t group by a having count(*) > 1
select case when a > 1 then 'x' when b is null then 'y' else null end from t
select coalesce(a, b, 0), nullif(a, ''), upper(a), lower(b), trim(c), length(a), abs(n), round(n, 2) from t
select row_number() over (partition by a order by b asc nulls last) from t
select sum(a) over (partition by b), lag(a, 1) over (order by b desc nulls last) from t
select a.x, b.y from a left join b on a.id = b.id and b.z in (1, 2, 3) where not exists (select 1 from c where c.id = a.id)
with x as (select 1 as a union all select 2) select * from x where a between 1 and 5 limit 10
select substring(a, 1, 3), a || '-' || b, a like '%x', lower(a) not like '_y' from t -- a comment
select max(case when a = 'x' then b end) from t
select min(ts) from t where ts >= __kith_0_hole__ and a <> '{x}'
select cast(d as date), a is not null, (a or b) and not c /* inside */ from t
