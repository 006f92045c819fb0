/** Requests that once ended the whole process, each sent to a server of its own. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverPlace } from '../support/database.js'
import { type RunningServer, startServer } from '../support/process.js'

let place: Awaited<ReturnType<typeof serverPlace>>
let server: RunningServer
beforeAll(async () => {
  place = await serverPlace()
  server = await startServer(place.env)
})
afterAll(async () => {
  server.process.kill('SIGKILL')
  await server.ended
  await place.remove()
})

/** class-transformer copied the request's stream, sockets included, as if it were a form, and a native assertion failed. */
test('an NDJSON body where a form is expected does not end the server', async () => {
  const headers = { 'content-type': 'application/x-ndjson' }
  const sent = fetch(`${server.url}/api/v1/session`, { method: 'POST', body: '{"name":"a"}', headers })
  const status = await sent.then(
    (answer) => answer.status,
    () => 0,
  )
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
})
