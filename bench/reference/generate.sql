-- The history of a shop: :events events of its visitors. One person in sixteen events comes to about ten events a profile, since
-- nothing joins the devices of people without an account. Some visit thousands of times and many hardly ever. Every value is a function of the number of its row or person, so the same size gives the same files.
-- One number is hashed and not a pair: the hashes of (i, 1) and (i, 2) are the same but for a mask.
CREATE MACRO chance(i, salt) AS (hash(i * 256 + salt) >> 11) / 9007199254740992.0;
CREATE MACRO pick(i, salt, n) AS CAST(hash(i * 256 + salt) % n AS INTEGER);

-- A table is scanned by all threads, range() by one.
CREATE TEMP TABLE numbers AS SELECT i FROM range(:events) t(i);

-- Seven of ten people have an account. Device 0 is used most. One person in twenty sometimes borrows the device of a
-- neighbour, and so becomes one with them: clusters are chains of devices, accounts and addresses.
CREATE MACRO has_account(p) AS pick(p, 101, 10) < 7;
CREATE MACRO used(i) AS CAST(floor(3 * pow(chance(i, 103), 3)) AS BIGINT);
CREATE MACRO device(p, i) AS
  CASE WHEN used(i) = 2 AND pick(p, 102, 20) = 0 THEN ((p + 1) % greatest(:events // 16, 1)) * 4 ELSE p * 4 + used(i) END;
CREATE MACRO address(p, i) AS
  CASE WHEN p % 10 = 3 AND pick(i, 104, 3) = 0 THEN 'P' || p || '@work' || (p % 97) || '.example' ELSE 'Person' || p || '@mail' || (p % 50) || '.example' END;

COPY (
  WITH rows AS (
    SELECT i, CAST(floor(greatest(:events // 16, 1) * pow(chance(i, 1), 2)) AS BIGINT) AS p, pick(i, 2, 100) AS kind
    FROM numbers),
  named AS (
    SELECT *, CASE WHEN kind < 58 THEN 'page_viewed' WHEN kind < 74 THEN 'product_viewed' WHEN kind < 82 THEN 'product_added' WHEN kind < 86 THEN 'checkout_started'
      WHEN kind < 90 THEN 'order_completed' WHEN kind < 96 THEN 'searched' ELSE 'email_opened' END AS event
    FROM rows)
  SELECT
    i AS event_id,
    md5(CAST(device(p, i) AS VARCHAR)) AS anonymous_id,
    CASE WHEN has_account(p) AND pick(i, 3, 10) < 6 THEN 'user_' || p END AS user_id,
    CASE WHEN has_account(p) AND pick(i, 4, 10) < 2 THEN address(p, i) END AS email,
    -- Rows come in the order of time, and no two at once.
    TIMESTAMP '2025-01-01 00:00:00' + to_microseconds(i * (31536000000000 // :events) + pick(i, 5, 1000000)) AS "timestamp",
    event,
    to_hex(hash(p * 60 + (i * 60) // :events)) AS session_id,
    CASE WHEN event IN ('product_viewed', 'product_added') THEN '/p/' || pick(i, 6, 3000) ELSE '/' || pick(i, 6, 200) END AS page,
    CASE WHEN event IN ('product_viewed', 'product_added', 'order_completed') THEN 'category ' || pick(i, 7, 25) END AS category,
    CASE WHEN pick(i, 8, 10) < 3 THEN 'https://site' || pick(i, 9, 40) || '.example/' END AS referrer,
    CASE WHEN pick(i, 10, 10) < 2 THEN 'campaign ' || pick(i, 11, 30) END AS campaign,
    CASE WHEN pick(i, 12, 50) = 0 THEN 'XX' ELSE ['NO', 'SE', 'DK', 'DE', 'FR', 'NL', 'GB', 'US'][1 + pick(p, 13, 8)] END AS country,
    ['ios', 'android', 'windows', 'macos', 'linux'][1 + pick(device(p, i), 14, 5)] AS os,
    ['chrome', 'safari', 'firefox', 'edge'][1 + pick(device(p, i), 15, 4)] AS browser,
    CASE WHEN event = 'order_completed' THEN round(5 + 195 * chance(i, 16), 2) END AS amount,
    CASE WHEN event IN ('product_added', 'order_completed') THEN 1 + pick(i, 17, 4) END AS quantity,
    CASE WHEN event = 'order_completed' AND pick(i, 18, 5) = 0 THEN 'COUPON' || pick(i, 19, 12) END AS coupon,
    pick(i, 20, 90000) AS duration_ms
  FROM named
) TO ':dir/events.parquet' (FORMAT parquet, COMPRESSION zstd);

-- Logins: one row for every twenty events, by people with an account.
COPY (
  SELECT i AS login_id, 'user_' || p AS user_id, md5(CAST(device(p, i + :events) AS VARCHAR)) AS anonymous_id,
    CASE WHEN pick(i, 30, 10) < 8 THEN address(p, i) END AS email,
    TIMESTAMP '2025-01-01 00:00:00' + to_microseconds(i * (31536000000000 // :events) * 20) AS "timestamp"
  FROM (SELECT i, CAST(floor(greatest(:events // 16, 1) * chance(i, 31)) AS BIGINT) AS p FROM range(:events // 20) t(i))
  WHERE has_account(p)
) TO ':dir/logins.parquet' (FORMAT parquet, COMPRESSION zstd);
