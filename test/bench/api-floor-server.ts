/** The same questions answered by hand: node:http, pg, one statement each, no framework. Says its port to its parent. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

const pool = new pg.Pool({
  connectionString: process.env['DATABASE_URL'],
  max: 10,
  options: '-c max_parallel_workers_per_gather=0 -c jit=off',
})

const COLUMNS = `id, to_hex(cell) AS h3, measured_at AS "measuredAt", technology, operator, outcome,
  download_bps::float8 AS "downloadBps", upload_bps::float8 AS "uploadBps", latency_ms AS "latencyMs",
  jitter_ms AS "jitterMs", loss_ratio AS "lossRatio", signal_dbm AS "signalDbm", tool, flags, counted`

const STATEMENTS: Record<string, string> = {
  newest: `SELECT ${COLUMNS} FROM probe WHERE site_code IS NOT NULL ORDER BY measured_at DESC, id DESC LIMIT 100`,
  since: `SELECT ${COLUMNS} FROM probe WHERE site_code IS NOT NULL
    AND measured_at >= $1::timestamptz ORDER BY measured_at, id LIMIT 100`,
  deep: `SELECT ${COLUMNS} FROM probe WHERE site_code IS NOT NULL
    AND (measured_at, id) < ($1::timestamptz, $2::uuid) AND measured_at <= $1
    ORDER BY measured_at DESC, id DESC LIMIT 100`,
  site: `SELECT date_trunc('day', measured_at, 'Africa/Casablanca') AS start, count(*)::integer AS samples,
      count(DISTINCT device_id)::integer AS devices,
      percentile_cont('{0.1,0.5,0.9}'::float8[]) WITHIN GROUP (ORDER BY download_bps::float8) AS "downloadBps"
    FROM probe WHERE cell = (SELECT cell FROM site WHERE code = $1) AND site_code = $1
      AND measured_at >= $2::timestamptz AND measured_at < $3::timestamptz AND counted GROUP BY 1 ORDER BY 1`,
}

/** `/newest`, `/deep?a=…&a=…`: the parameters in their order. */
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url!, 'http://floor')
  pool.query(STATEMENTS[pathname.slice(1)]!, searchParams.getAll('a')).then(
    ({ rows }) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items: rows })),
    (error: unknown) => response.writeHead(500).end(String(error)),
  )
})

server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
// The parent is gone, however it went.
process.once('disconnect', () => process.exit(0))
