-- The same graph as integers: ids are numbered densely, and every row of both sources is three numbers, -1 for no id.
CREATE TEMP TABLE ids AS
  SELECT user_id AS u, lower(email) AS e, anonymous_id AS a FROM ':dir/events.parquet'
  UNION ALL
  SELECT user_id, lower(email), anonymous_id FROM ':dir/logins.parquet';

CREATE TEMP TABLE nodes AS
  SELECT row_number() OVER () - 1 AS node, id, id_type
  FROM (
    SELECT DISTINCT u AS id, 'user_id' AS id_type FROM ids WHERE u IS NOT NULL
    UNION ALL SELECT DISTINCT e, 'email' FROM ids WHERE e IS NOT NULL
    UNION ALL SELECT DISTINCT a, 'anonymous_id' FROM ids);

COPY (SELECT node, id, id_type FROM nodes) TO ':dir/nodes.parquet' (FORMAT parquet, COMPRESSION zstd);
