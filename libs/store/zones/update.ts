/** Zones after a run: only the areas in which a cell changed its class are computed again. */
import {
  type Zone,
  type ZoneClass,
  type ZoneEvent,
  connectedComponents,
  hasSameCells,
  zoneSuccessionOf,
} from '#domain/zone'
import { cellToSql, connectedCellGroups, zonePolygon } from '#geo'
import type { Queryable } from '../database/database.js'

interface RunKey {
  id: number
  series: number
}

/** The smallest area that holds something, '' outside all: zones end at its boundary. Indexed in this very form. */
const SMALLEST_AREA = `coalesce(commune_code, province_code, region_code, '')`

/** Brings the zones of the run's series from the run before to this one. To be called when its verdicts are written. */
export async function updateZones(tx: Queryable, run: RunKey): Promise<void> {
  for (const areas of batchesOf(await changedAreaGroups(tx, run))) await updateAreas(tx, run, areas)
}

/** Areas that must be computed together, and how many measured cells they hold. */
interface AreaGroup {
  areas: string[]
  cells: number
}

/** Cells held in memory at a time, unless one area alone has more: about 10 MB. */
const BATCH_CELLS = 20_000

function* batchesOf(touched: readonly AreaGroup[]): Generator<string[]> {
  let areas: string[] = []
  let cells = 0
  for (const some of touched) {
    if (cells > 0 && cells + some.cells > BATCH_CELLS) {
      yield areas
      areas = []
      cells = 0
    }
    areas.push(...some.areas)
    cells += some.cells
  }
  if (areas.length > 0) yield areas
}

async function changedAreaGroups(tx: Queryable, run: RunKey): Promise<AreaGroup[]> {
  const [{ some }] = await tx.query('SELECT EXISTS (SELECT 1 FROM zone WHERE series = $1) AS some', [
    run.series,
  ])
  const rows: { area: string; cells: number }[] = await (some
    ? tx.query(areasHoldingSql(CHANGED_CELLS))
    : tx.query(areasHoldingSql(CURRENT_CELLS), [run.series, run.id]))
  const moves = some ? await boundaryMovesOf(tx, run) : []
  if (moves.length === 0) return rows.map(({ area, cells }) => ({ areas: [area], cells }))
  return groupedByMoves(tx, [...new Set([...rows.map((row) => row.area), ...moves.flat()])], moves)
}

const areasHoldingSql = (cells: string) => `
  SELECT area, (SELECT count(*)::integer FROM cell_place WHERE ${SMALLEST_AREA} = area) AS cells
  FROM (SELECT DISTINCT ${SMALLEST_AREA} AS area FROM (${cells}) AS changed JOIN cell_place USING (cell)) AS touched
  ORDER BY area`

/** A series without zones is computed whole: its first run, or runs made before there were zones. $2 is the run, as below. */
const CURRENT_CELLS = `
  SELECT cell FROM verdict WHERE series = $1 AND next_run IS NULL AND class <> 'unknown' AND first_run <= $2`

/** Of the run's table `changed`; a new confidence in the old class moves no zone, and unknown is as good as no verdict. */
const CHANGED_CELLS = `
  SELECT cell FROM changed WHERE nullif(was, 'unknown') IS DISTINCT FROM nullif(becomes, 'unknown')`

/** Cells are moved by statements of a second or two, which may end after a run that did not see them began. */
const MOVE_MARGIN = `interval '1 hour'`

/** Where new boundaries took cells of standing zones since the run before: from which area, to which. */
async function boundaryMovesOf(tx: Queryable, run: RunKey): Promise<[string, string][]> {
  const [{ moved }] = await tx.query(
    `SELECT EXISTS (SELECT 1 FROM cell_place WHERE moved_at >
       (SELECT max(created_at) - ${MOVE_MARGIN} FROM run WHERE series = $1 AND id < $2)) AS moved`,
    [run.series, run.id],
  )
  if (!moved) return []
  const rows: { before: string; now: string }[] = await tx.query(
    `SELECT DISTINCT z.area AS before, p.area AS now
     FROM (SELECT ${SMALLEST_AREA} AS area, unnest(cells) AS cell FROM zone WHERE series = $1 AND next_run IS NULL) AS z
     JOIN (SELECT ${SMALLEST_AREA} AS area, cell FROM cell_place) AS p USING (cell) WHERE z.area <> p.area
     ORDER BY z.area, p.area`,
    [run.series],
  )
  return rows.map(({ before, now }) => [before, now])
}

/** Identities follow their cells across boundaries: areas that exchanged cells are computed in one go. */
async function groupedByMoves(
  tx: Queryable,
  areas: readonly string[],
  moves: readonly [string, string][],
): Promise<AreaGroup[]> {
  const rows: { area: string; cells: number }[] = await tx.query(
    `SELECT ${SMALLEST_AREA} AS area, count(*)::integer AS cells FROM cell_place WHERE ${SMALLEST_AREA} = ANY($1::text[]) GROUP BY 1`,
    [areas],
  )
  const cellsIn = new Map(rows.map(({ area, cells }) => [area, cells]))
  return connectedComponents(areas, moves).map((some) => ({
    areas: some,
    cells: some.reduce((sum, area) => sum + (cellsIn.get(area) ?? 0), 0),
  }))
}

interface Place {
  communeCode: string | null
  provinceCode: string | null
  regionCode: string | null
}

interface PlacedPatch extends Place {
  class: ZoneClass
  cells: string[]
}

type PlacedZone = PlacedPatch & Zone

async function updateAreas(tx: Queryable, run: RunKey, areas: readonly string[]): Promise<void> {
  const before = await currentZones(tx, run, areas)
  const { zones, events } = zoneSuccessionOf(run.id, before, await patchesOf(tx, run, areas))
  const former = new Map(before.map((zone) => [zone.id, zone]))
  const fresh = zones.filter((zone) => !isSame(former.get(zone.id), zone))
  const kept = new Set(zones.filter((zone) => isSame(former.get(zone.id), zone)).map((zone) => zone.id))
  await endZones(
    tx,
    run,
    before.map((zone) => zone.id).filter((id) => !kept.has(id)),
  )
  for (const some of chunksOf(fresh)) await insertZones(tx, run, some)
  await insertEvents(tx, run, events)
}

const isSame = (former: PlacedZone | undefined, zone: PlacedZone): boolean =>
  former !== undefined && areaOf(former) === areaOf(zone) && hasSameCells(former.cells, zone.cells)

const areaOf = (place: Place): string => place.communeCode ?? place.provinceCode ?? place.regionCode ?? ''

const PLACE_COLUMNS = `commune_code AS "communeCode", province_code AS "provinceCode", region_code AS "regionCode"`

async function currentZones(tx: Queryable, run: RunKey, areas: readonly string[]): Promise<PlacedZone[]> {
  return tx.query(
    `SELECT id, class, ${PLACE_COLUMNS}, ARRAY(SELECT to_hex(cell) FROM unnest(cells) AS cell) AS cells
     FROM zone WHERE series = $1 AND next_run IS NULL AND ${SMALLEST_AREA} = ANY($2::text[]) ORDER BY id`,
    [run.series, areas],
  )
}

/** OFFSET 0 keeps the way through the areas' cells: of a new series the planner knows nothing, and would read it whole. */
async function patchesOf(tx: Queryable, run: RunKey, areas: readonly string[]): Promise<PlacedPatch[]> {
  const rows: (Place & { h3: string; class: ZoneClass })[] = await tx.query(
    `SELECT to_hex(p.cell) AS h3, v.class, ${PLACE_COLUMNS} FROM cell_place AS p CROSS JOIN LATERAL (
       SELECT class FROM verdict WHERE series = $1 AND cell = p.cell AND next_run IS NULL OFFSET 0) AS v
     WHERE ${SMALLEST_AREA} = ANY($2::text[]) AND v.class <> 'unknown'`,
    [run.series, areas],
  )
  const groups = new Map<string, PlacedPatch>()
  for (const { h3, ...place } of rows) {
    const key = `${place.class} ${areaOf(place)}`
    const group = groups.get(key)
    if (group) group.cells.push(h3)
    else groups.set(key, { ...place, cells: [h3] })
  }
  return [...groups.values()].flatMap((group) =>
    connectedCellGroups(group.cells).map((cells) => ({ ...group, cells })),
  )
}

async function endZones(tx: Queryable, run: RunKey, ids: readonly string[]): Promise<void> {
  await tx.query(
    `UPDATE zone SET next_run = $2 FROM unnest($3::text[]) AS ended(id)
     WHERE zone.series = $1 AND zone.id = ended.id AND next_run IS NULL`,
    [run.series, run.id, ids],
  )
}

/** Cells whose outlines go into one statement: at most 1 MB of text. */
const CHUNK_CELLS = 4_000

function* chunksOf(zones: readonly PlacedZone[]): Generator<PlacedZone[]> {
  let chunk: PlacedZone[] = []
  let cells = 0
  for (const zone of zones) {
    chunk.push(zone)
    cells += zone.cells.length
    if (cells < CHUNK_CELLS) continue
    yield chunk
    chunk = []
    cells = 0
  }
  if (chunk.length > 0) yield chunk
}

async function insertZones(tx: Queryable, run: RunKey, zones: readonly PlacedZone[]): Promise<void> {
  const rows = zones.map((zone) => ({
    ...zone,
    cells: zone.cells.map(cellToSql),
    geom: zonePolygon(zone.cells),
  }))
  await tx.query(
    `INSERT INTO zone (series, id, first_run, class, commune_code, province_code, region_code, cell_count, cells, geom)
     SELECT $1, id, $2, class, "communeCode", "provinceCode", "regionCode", cardinality(cells), cells,
       ST_SetSRID(ST_GeomFromGeoJSON(geom), 4326)
     FROM json_to_recordset($3::json) AS r(id text, class text, "communeCode" text, "provinceCode" text,
       "regionCode" text, cells bigint[], geom json)`,
    [run.series, run.id, JSON.stringify(rows)],
  )
}

async function insertEvents(tx: Queryable, run: RunKey, events: readonly ZoneEvent[]): Promise<void> {
  await tx.query(
    `INSERT INTO zone_event (series, zone_id, run_id, kind, cells_before, cells_after, other_zone, became)
     SELECT $1, zone, $2, kind, "cellsBefore", "cellsAfter", other, nullif(became, 'null'::jsonb)
     FROM json_to_recordset($3::json) AS r(zone text, kind text, "cellsBefore" integer, "cellsAfter" integer,
       other text, became jsonb)`,
    [run.series, run.id, JSON.stringify(events)],
  )
}
