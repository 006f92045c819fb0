/** Lists by the command line: every row is counted once, and what a file leaves open is an option. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../support/process.js'
import { serverPlace } from '../support/database.js'

const folder = mkdtempSync(join(tmpdir(), 'taghtiya-lists-'))
let place: Awaited<ReturnType<typeof serverPlace>>
beforeAll(async () => {
  place = await serverPlace()
})
afterAll(async () => {
  await place.remove()
})

/** Imports a file; the counts, and the first reasons. */
async function importFile(kind: string, name: string, content: string, ...options: string[]) {
  const file = join(folder, name)
  writeFileSync(file, content)
  const { code, out, err } = await runCli(place.env, 'import', kind, file, '--json', ...options)
  if (out === '') return { code, err }
  const { imported, refused, rows, refusedRows, unchanged } = JSON.parse(out)
  const reasons = refused.map(
    ({ line, reason }: { line?: number; reason: string }) => `${line ?? '-'}: ${reason}`,
  )
  return { code, counts: { imported, rows, refusedRows, unchanged }, reasons }
}

const SITES = 'code;name;type;commune_code;lat;lng\n'

test('faults are not rows: a row with two of them is refused once', async () => {
  const report = await importFile(
    'sites',
    'a.csv',
    `${SITES}Z-1;A;école;01.051.01.01;35,1;-4,1\nZ-2;;école;x;99;-4,1\n`,
  )
  expect(report).toMatchObject({ code: 1, counts: { imported: 1, rows: 2, refusedRows: 1, unchanged: 0 } })
  expect(report.reasons!.length).toBeGreaterThan(1)
})

test('a code of a known site whose zeros were lost is not another site', async () => {
  expect(await importFile('sites', 'b.csv', `${SITES}00777;A;école;01.051.01.01;35,1;-4,1\n`)).toMatchObject({
    code: 0,
  })
  const report = await importFile(
    'sites',
    'c.csv',
    `${SITES}777;A;école;01.051.01.01;35,1;-4,1\nZ-3;A;école;01.051.01.01;35,1;-4,1\n`,
  )
  expect(report).toMatchObject({ code: 1, counts: { imported: 1, rows: 2, refusedRows: 1 } })
  expect(report.reasons![0]).toContain('there is a site 00777')
})

test('a day that does not exist refuses its row; the others land', async () => {
  const header = 'lat,lng,operator,technology,download (Mbit/s),date\n'
  for (const kind of ['declared', 'planned'])
    expect(
      await importFile(
        kind,
        'd.csv',
        `${header}34.02,-6.84,inwi,4G,30,2026-04-01\n34.03,-6.85,inwi,4G,30,2026-06-31\n`,
      ),
    ).toMatchObject({
      code: 1,
      counts: { imported: 1, rows: 2, refusedRows: 1 },
      reasons: [expect.stringMatching(/^3: is not a day/)],
    })
})

test('questions name options', async () => {
  const loss = 'date,lat,lng,download (Mbit/s),packet loss\n2026-03-01 10:00,34.02,-6.84,3,0.5\n'
  expect(await importFile('probes', 'e.csv', loss)).toMatchObject({
    code: 1,
    err: expect.stringContaining('Say --loss-unit percent'),
  })
  expect(await importFile('probes', 'e.csv', loss, '--loss-unit', 'half')).toMatchObject({ code: 2 })
  expect(await importFile('probes', 'e.csv', loss, '--measured-at', '2026-02-30T10:00:00Z')).toMatchObject({
    code: 2,
  })
  const sites =
    'code;name;commune_code;x;y;contracted_down (kbit/s)\nZ-4;A;01.051.01.01;525000;380000;20,480\n'
  const report = await importFile('sites', 'f.csv', sites)
  expect(report).toMatchObject({ code: 1, counts: { imported: 0, rows: 1, refusedRows: 1 } })
  expect(
    await importFile('sites', 'f.csv', sites, '--crs', 'EPSG:26191', '--decimal', 'point'),
  ).toMatchObject({
    code: 0,
    counts: { imported: 1, rows: 1 },
  })
  expect(await importFile('sites', 'f.csv', sites, '--crs', 'nowhere')).toMatchObject({ code: 2 })
})

test('shapes by the command line: areas and localities of KML, an empty list', async () => {
  const point =
    '<Placemark><name>Douar</name><ExtendedData><Data name="id"><value>L-9</value></Data></ExtendedData><Point><coordinates>-4.1,35.1</coordinates></Point></Placemark>'
  const kml = `<kml xmlns="http://www.opengis.net/kml/2.2"><Document>${point}</Document></kml>`
  expect(await importFile('localities', 'g.kml', kml)).toMatchObject({
    code: 0,
    counts: { imported: 1, rows: 1 },
  })
  expect(await importFile('localities', 'h.csv', 'id,name,lat,lng\n')).toMatchObject({
    code: 0,
    counts: { imported: 0, rows: 0 },
  })
  expect(await importFile('areas', 'i.csv', 'a,b\n')).toMatchObject({
    code: 1,
    err: expect.stringContaining('GeoJSON'),
  })
})
