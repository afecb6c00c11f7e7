DO $kith$
DECLARE
  -- The function is that of pgcrypto where the extension is there, else the same in PL/pgSQL, which takes some hundred times as long.
  target constant text := {schema};
  crypto constant text := (SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'pgcrypto');
  made constant text := (SELECT l.lanname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang
    WHERE n.nspname = target AND p.proname = 'kith_sha1');
BEGIN
  PERFORM pg_advisory_xact_lock(7466932149);
  IF made IS NOT DISTINCT FROM (CASE WHEN crypto IS NULL THEN 'plpgsql' ELSE 'sql' END) THEN
    RETURN;
  ELSIF crypto IS NOT NULL THEN
    EXECUTE format($sql$
CREATE OR REPLACE FUNCTION %I.kith_sha1(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
  'SELECT encode(%I.digest(convert_to(value, ''UTF8''), ''sha1''), ''hex'')'$sql$, target, crypto);
  ELSE
    EXECUTE format($sql$
CREATE OR REPLACE FUNCTION %I.kith_sha1(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $sha1$
DECLARE
  -- FIPS 180-4, section 6.1. Words of 32 bits are kept in bigint.
  m constant bigint := 4294967295;
  data bytea := convert_to(value, 'UTF8');
  bits constant bigint := 8 * length(data);
  h0 bigint := 1732584193; h1 bigint := 4023233417; h2 bigint := 2562383102; h3 bigint := 271733878; h4 bigint := 3285377520;
  a bigint; b bigint; c bigint; d bigint; e bigint; x bigint;
  w bigint[];
  o int;
BEGIN
  data := data || '\x80'::bytea;
  data := data || decode(repeat('00', 63 - mod(length(data) + 7, 64)), 'hex') || int8send(bits);
  FOR block IN 0 .. length(data) / 64 - 1 LOOP
    FOR t IN 0 .. 15 LOOP
      o := block * 64 + t * 4;
      w[t] := (get_byte(data, o)::bigint << 24) | (get_byte(data, o + 1) << 16) | (get_byte(data, o + 2) << 8) | get_byte(data, o + 3);
    END LOOP;
    FOR t IN 16 .. 79 LOOP
      x := w[t - 3] # w[t - 8] # w[t - 14] # w[t - 16];
      w[t] := ((x << 1) & m) | (x >> 31);
    END LOOP;
    a := h0; b := h1; c := h2; d := h3; e := h4;
    FOR t IN 0 .. 79 LOOP
      x := ((a << 5) & m) + (a >> 27) + e + w[t] + CASE
        WHEN t < 20 THEN 1518500249 + (d # (b & (c # d)))
        WHEN t < 40 THEN 1859775393 + (b # c # d)
        WHEN t < 60 THEN 2400959708 + ((b & c) | (d & (b | c)))
        ELSE 3395469782 + (b # c # d) END;
      e := d; d := c; c := ((b << 30) & m) | (b >> 2); b := a; a := x & m;
    END LOOP;
    h0 := (h0 + a) & m; h1 := (h1 + b) & m; h2 := (h2 + c) & m; h3 := (h3 + d) & m; h4 := (h4 + e) & m;
  END LOOP;
  RETURN encode(int8send(h0 << 32 | h1) || int8send(h2 << 32 | h3) || substr(int8send(h4), 5), 'hex');
END
$sha1$$sql$, target);
  END IF;
END
$kith$
