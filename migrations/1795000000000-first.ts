import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * The tables of the first version. Every unique key of a large table (probe, verdict, rollup) contains the cell, no
 * large table has a sequence, a trigger or a foreign key, so that each can be distributed by cell.
 */
export class First1795000000000 implements MigrationInterface {
  name = 'First1795000000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query('CREATE EXTENSION IF NOT EXISTS postgis')
    for (const statement of [...places, ...people, ...probes, ...verdicts, ...functions])
      await q.query(statement)
  }

  async down(): Promise<void> {
    throw new Error('the first migration has nothing to go back to: drop the database instead')
  }
}

const places = [
  `CREATE TABLE area (
    code text, vintage smallint, level text NOT NULL, type text, parent_code text,
    name_fr text NOT NULL, name_ar text NOT NULL, search_name text NOT NULL,
    population integer, cell_count integer NOT NULL, source text NOT NULL,
    geom geometry(MultiPolygon, 4326) NOT NULL,
    PRIMARY KEY (code, vintage))`,
  `CREATE INDEX area_level ON area (level, vintage)`,
  `CREATE INDEX area_geom ON area USING gist (geom)`,
  // The newest edition of each level: what the map shows and what cells are placed in.
  `CREATE VIEW current_area AS
    SELECT a.* FROM area a
    WHERE a.vintage = (SELECT max(b.vintage) FROM area b WHERE b.level = a.level)`,
  `CREATE TABLE locality (
    id text PRIMARY KEY, name_fr text NOT NULL, name_ar text, search_name text NOT NULL, kind text NOT NULL,
    population integer, commune_code text, lat double precision NOT NULL, lng double precision NOT NULL,
    cell bigint NOT NULL)`,
  `CREATE INDEX locality_cell ON locality (cell)`,
  `CREATE TABLE site (
    code text PRIMARY KEY, name text NOT NULL, name_ar text, type text NOT NULL, commune_code text NOT NULL,
    lat double precision NOT NULL, lng double precision NOT NULL, cell bigint NOT NULL,
    operator text, technology text, contracted_down_bps bigint, contracted_up_bps bigint,
    simulated boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(), created_by text NOT NULL)`,
  `CREATE INDEX site_cell ON site (cell)`,
  `CREATE TABLE cell_place (cell bigint PRIMARY KEY, region_code text, province_code text, commune_code text)`,
]

const people = [
  `CREATE TABLE device (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), site_code text NOT NULL, token_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), created_by text NOT NULL, revoked_at timestamptz)`,
  `CREATE UNIQUE INDEX device_token ON device (token_hash)`,
  `CREATE TABLE account (
    name text PRIMARY KEY, password_hash text NOT NULL, role text NOT NULL, must_change_password boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), created_by text NOT NULL)`,
  `CREATE TABLE session (
    token_hash bytea PRIMARY KEY, account_name text NOT NULL, expires_at timestamptz NOT NULL)`,
  `CREATE INDEX session_account ON session (account_name)`,
  `CREATE TABLE change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(),
    author text NOT NULL, action text NOT NULL, subject text NOT NULL, detail jsonb)`,
  `CREATE TABLE lease (key text PRIMARY KEY, expires_at timestamptz NOT NULL)`,
]

const probes = [
  `CREATE TABLE probe (
    cell bigint, measured_at timestamptz, id uuid, received_at timestamptz NOT NULL,
    device_id uuid, site_code text, lat double precision NOT NULL, lng double precision NOT NULL,
    accuracy_m double precision, technology text, operator text, outcome text NOT NULL,
    download_bps bigint, upload_bps bigint, latency_ms double precision, jitter_ms double precision,
    loss_ratio double precision, signal_dbm double precision, tool text,
    flags text[] NOT NULL DEFAULT '{}', counted boolean NOT NULL, raw text,
    PRIMARY KEY (cell, measured_at, id)) PARTITION BY RANGE (measured_at)`,
  // Finds a repeated id, and one probe by its id.
  `CREATE INDEX probe_id ON probe (id)`,
  // Attached, not created in place: attaching lets readers and writers of the other months go on.
  `CREATE FUNCTION ensure_probe_month(month date) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      starts timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
      ends timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
      child text := 'probe_' || to_char(month, 'YYYY_MM');
    BEGIN
      IF to_regclass(child) IS NOT NULL THEN RETURN; END IF;
      PERFORM pg_advisory_xact_lock(hashtext('ensure_probe_month'));
      -- Not to_regclass again: its cache may still say "none" of before the wait.
      PERFORM 1 FROM pg_class WHERE relname = child AND relkind = 'r' AND pg_table_is_visible(oid);
      IF FOUND THEN RETURN; END IF;
      EXECUTE format('CREATE TABLE %I (LIKE probe INCLUDING DEFAULTS)', child);
      EXECUTE format('ALTER TABLE probe ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', child, starts, ends);
    END $$`,
  `CREATE TABLE quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, digest bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(), times integer NOT NULL DEFAULT 1,
    device_id uuid, site_code text, field text, reason text NOT NULL, document text NOT NULL,
    resolved_at timestamptz, resolved_by text, comment text)`,
  `CREATE UNIQUE INDEX quarantine_digest ON quarantine (digest)`,
  `CREATE INDEX quarantine_open ON quarantine (id) WHERE resolved_at IS NULL`,
]

const verdicts = [
  `CREATE TABLE rule (id text, version smallint, definition jsonb NOT NULL, PRIMARY KEY (id, version))`,
  `CREATE TABLE run (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rule_id text NOT NULL, rule_version smallint NOT NULL,
    series integer NOT NULL, current boolean NOT NULL,
    valid_from timestamptz NOT NULL, valid_to timestamptz NOT NULL, known_before timestamptz NOT NULL,
    digest text NOT NULL, white integer NOT NULL, grey integer NOT NULL, black integer NOT NULL,
    unknown integer NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), created_by text NOT NULL)`,
  `CREATE INDEX run_rule ON run (rule_id, id)`,
  `CREATE TABLE verdict (
    series integer, cell bigint, first_run integer, next_run integer,
    class text NOT NULL, confidence double precision NOT NULL, networks jsonb NOT NULL,
    PRIMARY KEY (series, cell, first_run))`,
  // A run compares itself with what stands, not with all that ever stood.
  `CREATE INDEX verdict_standing ON verdict (series, cell) WHERE next_run IS NULL`,
  `CREATE TABLE rollup (
    series integer, cell bigint, first_run integer, next_run integer,
    white integer NOT NULL, grey integer NOT NULL, black integer NOT NULL, unknown integer NOT NULL,
    PRIMARY KEY (series, cell, first_run))`,
  `CREATE INDEX rollup_standing ON rollup (series, cell) WHERE next_run IS NULL`,
  `CREATE TABLE area_count (
    run_id integer, code text, vintage smallint NOT NULL,
    white integer NOT NULL, grey integer NOT NULL, black integer NOT NULL, unknown integer NOT NULL,
    PRIMARY KEY (run_id, code))`,
]

const functions = [
  // An H3 index holds its resolution in bits 52-55 and one 3-bit digit per resolution; unused digits are all ones.
  `CREATE FUNCTION cell_parent(cell bigint, res integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (cell & ~(15::bigint << 52)) | (res::bigint << 52) | ((1::bigint << (3 * (15 - res))) - 1) $$`,
  // Abramowitz and Stegun 26.2.17 for x >= 0, the same terms in the same order as normalCdf() in the domain library.
  `CREATE FUNCTION normal_cdf(x double precision) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 1 - 0.3989422804014327::float8 * exp((-x * x) / 2) * (t * (0.31938153::float8 + t * (-0.356563782::float8
      + t * (1.781477937::float8 + t * (-1.821255978::float8 + t * 1.330274429::float8)))))
    FROM (SELECT 1 / (1 + 0.2316419::float8 * x) AS t) AS s $$`,
]
