import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The log is append-only, and each row is sealed: a hash over the row and over the seal before it. */
export class AuditLog1796900000001 implements MigrationInterface {
  name = 'AuditLog1796900000001'

  async up(q: QueryRunner): Promise<void> {
    await q.query(
      `ALTER TABLE change ADD COLUMN kind text NOT NULL DEFAULT 'change', ADD COLUMN redacted_by bigint`,
    )
    await q.query(`CREATE INDEX change_revision ON change (id) WHERE kind = 'change'`)
    await q.query(`CREATE INDEX change_anchor ON change (id) WHERE kind = 'anchor'`)
    await q.query(`CREATE TABLE change_seal (
      seq bigint PRIMARY KEY, change_id bigint NOT NULL, salt bytea, content_hash bytea NOT NULL, hash bytea NOT NULL)`)
    await q.query(`CREATE UNIQUE INDEX change_seal_change ON change_seal (change_id)`)
    await q.query(`CREATE TABLE retention (subject text PRIMARY KEY, days integer NOT NULL)`)
    await q.query(`INSERT INTO retention (subject, days) VALUES ('log', 1825)`)
    await q.query(TEXT)
    await q.query(SEAL)
    await q.query(KEEP)
    await q.query(SEAL_EARLIER)
    await q.query(`CREATE CONSTRAINT TRIGGER change_sealed AFTER INSERT ON change
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION seal_change()`)
    for (const table of ['change', 'change_seal']) {
      await q.query(`CREATE TRIGGER ${table}_kept BEFORE UPDATE OR DELETE ON ${table}
        FOR EACH ROW EXECUTE FUNCTION keep_${table}()`)
      await q.query(`CREATE TRIGGER ${table}_whole BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION keep_${table}()`)
      await q.query(`REVOKE ALL ON ${table} FROM PUBLIC`)
    }
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TRIGGER change_sealed ON change`)
    await q.query(`DROP TRIGGER change_kept ON change`)
    await q.query(`DROP TRIGGER change_whole ON change`)
    await q.query(`DROP TABLE change_seal`)
    await q.query(`DROP TABLE retention`)
    await q.query(
      `DROP FUNCTION seal_change(), keep_change(), keep_change_seal(), retired_through(), change_text(change)`,
    )
    await q.query(`DROP INDEX change_revision, change_anchor`)
    await q.query(`ALTER TABLE change DROP COLUMN kind, DROP COLUMN redacted_by`)
  }
}

/** The row as one text, to the microsecond. A test and the verification read the same function. */
const TEXT = `CREATE FUNCTION change_text(c change) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_array(c.id, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    c.kind, c.author, c.action, c.subject, c.detail)::text
$$`

/**
 * Runs at the end of the transaction, so that the lock under which rows are put into one order is held only while it commits.
 * The salt keeps a row that was redacted from being guessed by its hash; it is erased with the row's text.
 */
const SEAL = `CREATE FUNCTION seal_change() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    last change_seal;
    salt bytea := uuid_send(gen_random_uuid());
    content bytea;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit log'));
    SELECT * INTO last FROM change_seal ORDER BY seq DESC LIMIT 1;
    content := sha256(salt || convert_to(change_text(NEW), 'UTF8'));
    INSERT INTO change_seal (seq, change_id, salt, content_hash, hash)
    VALUES (coalesce(last.seq, 0) + 1, NEW.id, salt, content, sha256(coalesce(last.hash, ''::bytea) || content));
    RETURN NULL;
  END
$$`

/**
 * Nothing leaves the log but what an anchor row covers, which stands in the log itself; nothing is rewritten but the texts
 * of a row of a person whose erasure stands in the log.
 */
const KEEP = `
CREATE FUNCTION retired_through() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(max((detail->>'through')::bigint), 0) FROM change WHERE kind = 'anchor'
$$;
CREATE FUNCTION keep_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'DELETE' THEN
      IF EXISTS (SELECT 1 FROM change_seal WHERE change_id = OLD.id AND seq <= retired_through()) THEN
        RETURN OLD;
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF (NEW.id, NEW.at, NEW.kind, NEW.action) = (OLD.id, OLD.at, OLD.kind, OLD.action)
        AND EXISTS (SELECT 1 FROM change WHERE id = NEW.redacted_by AND id > OLD.id AND action = 'erase person') THEN
        RETURN NEW;
      END IF;
    END IF;
    RAISE EXCEPTION 'the log is append-only: % is refused', TG_OP USING ERRCODE = '42501';
  END
$$;
CREATE FUNCTION keep_change_seal() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'DELETE' THEN
      IF OLD.seq <= retired_through() THEN
        RETURN OLD;
      END IF;
    ELSIF TG_OP = 'UPDATE' THEN
      IF NEW.salt IS NULL
        AND (NEW.seq, NEW.change_id, NEW.content_hash, NEW.hash) = (OLD.seq, OLD.change_id, OLD.content_hash, OLD.hash)
        AND EXISTS (SELECT 1 FROM change WHERE id = NEW.change_id AND redacted_by IS NOT NULL) THEN
        RETURN NEW;
      END IF;
    END IF;
    RAISE EXCEPTION 'the log is append-only: % of seals is refused', TG_OP USING ERRCODE = '42501';
  END
$$`

/** Rows that were written before are sealed in their order: from here on they are held, too. */
const SEAL_EARLIER = `DO $$
  DECLARE
    entry change;
    last_hash bytea := '';
    n bigint := 0;
    salt bytea;
    content bytea;
  BEGIN
    FOR entry IN SELECT * FROM change ORDER BY id LOOP
      n := n + 1;
      salt := uuid_send(gen_random_uuid());
      content := sha256(salt || convert_to(change_text(entry), 'UTF8'));
      last_hash := sha256(last_hash || content);
      INSERT INTO change_seal (seq, change_id, salt, content_hash, hash) VALUES (n, entry.id, salt, content, last_hash);
    END LOOP;
  END
$$`
