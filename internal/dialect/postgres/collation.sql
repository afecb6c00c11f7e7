DO $kith$
DECLARE
  target constant text := {schema};
BEGIN
  PERFORM pg_advisory_xact_lock(7466932149);
  IF NOT EXISTS (SELECT FROM pg_collation AS c JOIN pg_namespace AS n ON n.oid = c.collnamespace
    WHERE n.nspname = target AND c.collname = 'kith_binary') THEN
    -- Compares by bytes; all but the last know letters beyond ASCII, for lower() and upper().
    EXECUTE format('CREATE COLLATION %I.kith_binary FROM pg_catalog.%I', target, (
      SELECT c.collname FROM pg_collation AS c
      JOIN unnest(ARRAY['pg_c_utf8', 'C.utf8', 'C.UTF-8', 'C']) WITH ORDINALITY AS w(name, rank) ON w.name = c.collname
      WHERE c.collnamespace = 'pg_catalog'::regnamespace AND c.collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding()))
      ORDER BY w.rank LIMIT 1));
  END IF;
END
$kith$
