-- Graphs of :edges edges, a shape each. Every value is a function of the number of its row, so the same size gives the same
-- files. There are :rows rows: those from :edges on are new ones that come to the same graph.
CREATE MACRO chance(i, salt) AS (hash(i * 256 + salt) >> 11) / 9007199254740992.0;
CREATE MACRO pick(i, salt, n) AS CAST(hash(i * 256 + salt) % CAST(n AS UBIGINT) AS BIGINT);
-- An id is any number, as ids of users are: what starts from edges must look it up.
CREATE MACRO scattered(n) AS CAST(hash(n) >> 1 AS BIGINT);
CREATE TEMP TABLE numbers AS SELECT i FROM range(:rows) t(i);

-- Accounts and addresses of people with their devices, some used a lot; three rows in a hundred are of a neighbour's device.
CREATE MACRO person(i) AS pick(i, 1, greatest(:edges // 8, 1));
CREATE MACRO anchor(i) AS person(i) * 16 + CASE WHEN pick(i, 2, 100) < 65 THEN 0 ELSE 1 END;
CREATE MACRO device(i) AS CASE WHEN pick(i, 3, 100) < 3 THEN ((person(i) + 1) % greatest(:edges // 8, 1)) * 16 + 2
  ELSE person(i) * 16 + 2 + CAST(floor(8 * pow(chance(i, 4), 1.5)) AS BIGINT) END;
CREATE TEMP VIEW typical AS SELECT i, anchor(i) AS a, device(i) AS b FROM numbers;
-- Chains of 10^5 edges: in order, and with ids and rows in none.
CREATE TEMP VIEW chain AS SELECT i, i // 100000 * 200000 + i % 100000 AS a, i // 100000 * 200000 + i % 100000 + 1 AS b FROM numbers;
CREATE TEMP VIEW shuffled AS FROM chain ORDER BY hash(i);
CREATE TEMP VIEW star AS SELECT i, 0 AS a, i + 1 AS b FROM numbers;
-- A random graph with two edges an id: nearly all of it is one component.
CREATE TEMP VIEW giant AS SELECT i, pick(i, 1, :edges // 2) AS a, pick(i, 2, :edges // 2) AS b FROM numbers;
-- Twenty ids that all know each other, and an edge to the next twenty.
CREATE TEMP VIEW cliques AS
  SELECT i, CASE WHEN j = 190 THEN c * 20 ELSE c * 20 + j - y * (y - 1) // 2 END AS a, CASE WHEN j = 190 THEN (c + 1) * 20 ELSE c * 20 + y END AS b
  FROM (SELECT i, i // 191 AS c, i % 191 AS j, CAST(floor((1 + sqrt(1 + 8 * (i % 191))) / 2) AS BIGINT) AS y FROM numbers);
-- People as above, but the first rows, a million at most, are of one device.
CREATE TEMP VIEW shared AS SELECT i, a, CASE WHEN i < least(1000000, :edges // 4) THEN -1 ELSE b END AS b FROM typical;
