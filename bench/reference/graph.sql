-- The same graph as integers: ids are numbered densely in no meaningful order, and data.go
-- writes each row of both sources as three numbers.
CREATE TEMP TABLE ids AS
  SELECT user_id AS u, lower(email) AS e, anonymous_id AS a FROM ':dir/events.parquet'
  UNION ALL
  SELECT user_id, lower(email), anonymous_id FROM ':dir/logins.parquet';

CREATE TEMP TABLE nodes AS
  SELECT row_number() OVER (ORDER BY hash(id), id, id_type) - 1 AS node, id, id_type
  FROM (
    SELECT DISTINCT u AS id, 'user_id' AS id_type FROM ids WHERE u IS NOT NULL
    UNION ALL SELECT DISTINCT e, 'email' FROM ids WHERE e IS NOT NULL
    UNION ALL SELECT DISTINCT a, 'anonymous_id' FROM ids);

COPY (SELECT node, id, id_type FROM nodes) TO ':dir/nodes.parquet' (FORMAT parquet, COMPRESSION zstd);
