create table ev(id int, user_id varchar, email varchar, name varchar, ts timestamp, d date, tz timestamptz, amount double, price decimal(10,2), qty int, ok boolean, props varchar, pj json, tags varchar, s varchar);
insert into ev values
  (1, 'u1', ' Ann@Gmail.com ', 'ann lee', '2024-01-07 13:04:05', '2024-01-07', '2024-01-07 13:04:05+00', 10.5, 10.25, 3, true, '{"plan":"pro","n":12.5,"items":[{"sku":"a","qty":2},{"sku":"b","qty":1}],"x":null,"flag":true}', null, '["red","blue"]', 'ord-123-x'),
  (2, 'u1', null, null, '2024-01-31 23:59:59.500', '2024-01-31', '2024-01-31 23:59:59.500+00', null, 20.50, 4, false, '{"plan":"free","n":9}', null, '[]', ''),
  (3, 'u2', 'bob@x.org', 'BOB O''NEIL', '2024-02-29', '2024-02-29', '2024-02-29 00:00:00+00', 2.5, 0, 0, null, null, null, null, 'a_b%c');
update ev set pj = props::json;
