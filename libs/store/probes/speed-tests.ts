/** Speed tests against our own server: the tokens that bind them to a device, and what the server observed. */
import type { Queryable } from '../database/database.js'

export type Direction = 'download' | 'upload'

export interface SpeedTest {
  id: string
  direction: Direction
  deviceId: string | null
  startedAt: Date
  /** Bytes that certainly reached the other side. */
  bytes: number
  /** The time from the handshake until the last of these bytes arrived. */
  durationMs: number
  bps: number
  minRttMs: number | null
  ended: 'complete' | 'max_bytes' | 'client'
}

/** Stores a token and deletes those that have expired. */
export async function insertTestToken(
  db: Queryable,
  token: { hash: Buffer; deviceId: string; expiresAt: Date },
): Promise<void> {
  await db.query('DELETE FROM test_token WHERE expires_at < clock_timestamp()')
  await db.query('INSERT INTO test_token (token_hash, device_id, expires_at) VALUES ($1, $2, $3)', [
    token.hash,
    token.deviceId,
    token.expiresAt,
  ])
}

/**
 * The device of a token that is used for this direction for the first time; undefined for any other token, and for one of a device
 * that was revoked.
 */
export async function consumeTestToken(
  db: Queryable,
  hash: Buffer,
  direction: Direction,
): Promise<string | undefined> {
  const [rows]: [{ deviceId: string }[], number] = await db.query(
    `UPDATE test_token AS t SET used = used || $2::text FROM device AS d
     WHERE t.token_hash = $1 AND t.expires_at > clock_timestamp() AND NOT $2 = ANY(used)
       AND d.id = t.device_id AND d.revoked_at IS NULL
     RETURNING device_id AS "deviceId"`,
    [hash, direction],
  )
  return rows[0]?.deviceId
}

export async function insertSpeedTest(db: Queryable, test: SpeedTest): Promise<void> {
  await db.query(
    `INSERT INTO speed_test (id, direction, device_id, started_at, bytes, duration_ms, bps, min_rtt_ms, ended)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      test.id,
      test.direction,
      test.deviceId,
      test.startedAt,
      test.bytes,
      test.durationMs,
      test.bps,
      test.minRttMs,
      test.ended,
    ],
  )
}
