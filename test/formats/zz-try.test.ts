import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { readAreas, readLocalities, records } from '#formats'
import { moroccoAreas } from '#places'
const D = '/work/shared/data/'
test('try', async () => {
  for (const f of [
    'hcp2014_adm123.topo.json',
    'hcp2014_adm3_full.topo.json.gz',
    'geoboundaries_mar_adm1.geojson',
    'geoboundaries_mar_adm2.geojson',
  ]) {
    const b = readFileSync(D + 'boundaries/' + f)
    const t = performance.now()
    const r = readAreas(b)
    const n: Record<string, number> = {}
    for (const a of r.areas) n[a.level + a.vintage + a.type] = (n[a.level + a.vintage + a.type] ?? 0) + 1
    console.log(
      f,
      n,
      r.refused.slice(0, 5),
      r.refused.length,
      r.notes.slice(0, 5),
      Math.round(performance.now() - t),
      'ms',
      JSON.stringify({ ...r.areas[0], geometry: 0 }),
    )
  }
  let t = performance.now()
  const l = await readLocalities(readFileSync(D + 'places_geonames.csv.gz'))
  console.log(
    l.localities.length,
    l.refused.slice(0, 5),
    l.refused.length,
    l.notes,
    Math.round(performance.now() - t),
    'ms',
    l.localities[0],
    l.localities.filter((x) => x.lat < 20.3 || x.lat > 36.4),
  )
  t = performance.now()
  const m = moroccoAreas()
  console.log(m.length, Math.round(performance.now() - t), 'ms')
  const line = Buffer.from('{"id":1}\n'.repeat(1000))
  async function* s() {
    for (let i = 0; i < 1000; i++) yield line
  }
  for (const parse of [true, false]) {
    const orig = JSON.parse
    if (!parse) JSON.parse = (() => null) as typeof JSON.parse
    t = performance.now()
    let n = 0
    for await (const b of records(s())) n += b.length
    const ms = performance.now() - t
    JSON.parse = orig
    console.log('ndjson', n, parse, Math.round(n / ms), 'k lines/s')
  }
})
