/** Updates the zones after a run: only areas in which a cell changed its class are computed again. */
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
import { queryRow, queryRows } from '../database/query.js'
import { type Sql, raw, sql } from '../database/sql.js'
import type { RunKey } from '../runs/run.js'

/**
 * Code of the smallest area that contains a cell or a zone, '' outside all: zones end at its boundary. The expression
 * has an index in exactly this form.
 */
const SMALLEST_AREA = raw(`coalesce(commune_code, province_code, region_code, '')`)

/** Updates the zones of the run's series from the previous run to this one. Call it when its verdicts are written. */
export async function updateZones(tx: Queryable, run: RunKey): Promise<void> {
  for (const areas of batchesOf(await changedAreaGroups(tx, run))) await updateAreas(tx, run, areas)
}

/** Areas that must be computed together, and their number of measured cells. */
interface AreaGroup {
  areas: string[]
  cells: number
}

/** Number of cells held in memory at a time, unless one area alone has more: about 10 MB. */
const BATCH_CELLS = 20_000

function* batchesOf(groups: readonly AreaGroup[]): Generator<string[]> {
  let areas: string[] = []
  let cells = 0
  for (const group of groups) {
    if (cells > 0 && cells + group.cells > BATCH_CELLS) {
      yield areas
      areas = []
      cells = 0
    }
    areas.push(...group.areas)
    cells += group.cells
  }
  if (areas.length > 0) yield areas
}

async function changedAreaGroups(tx: Queryable, run: RunKey): Promise<AreaGroup[]> {
  const series = await queryRow<{ hasZones: boolean }>(
    tx,
    sql`SELECT EXISTS (SELECT 1 FROM zone WHERE series = ${run.series}) AS "hasZones"`,
  )
  const { hasZones } = series!
  const rows = await queryRows<{ area: string; cells: number }>(
    tx,
    areasHolding(hasZones ? RECLASSIFIED_CELLS : classifiedCells(run)),
  )
  const moves = hasZones ? await boundaryMovesOf(tx, run) : []
  if (moves.length === 0) return rows.map(({ area, cells }) => ({ areas: [area], cells }))
  return groupedByMoves(tx, [...new Set([...rows.map((row) => row.area), ...moves.flat()])], moves)
}

const areasHolding = (cells: Sql): Sql => sql`
  SELECT area, (SELECT count(*)::integer FROM cell_place WHERE ${SMALLEST_AREA} = area) AS cells
  FROM (SELECT DISTINCT ${SMALLEST_AREA} AS area FROM (${cells}) AS changed_cell JOIN cell_place USING (cell)) AS changed_area
  ORDER BY area`

/**
 * All classified cells of a run. A series without zones is computed as a whole: its first run, or one from before zones
 * existed.
 */
const classifiedCells = ({ id, series }: RunKey): Sql => sql`
  SELECT cell FROM verdict WHERE series = ${series} AND next_run IS NULL AND class <> 'unknown' AND first_run <= ${id}`

/**
 * Cells of the run's table `changed` with another class. A new confidence in the old class moves no zone, and unknown
 * is treated as no verdict.
 */
const RECLASSIFIED_CELLS = sql`
  SELECT cell FROM changed WHERE nullif(was, 'unknown') IS DISTINCT FROM nullif(becomes, 'unknown')`

/** Statements that move cells take a second or two, and may end after the start of a run that did not see them. */
const MOVE_MARGIN = raw(`interval '1 hour'`)

/** Pairs of the old and the new area of cells of current zones that new boundaries moved since the previous run. */
async function boundaryMovesOf(tx: Queryable, { id, series }: RunKey): Promise<[string, string][]> {
  const places = await queryRow<{ hasMoved: boolean }>(
    tx,
    sql`SELECT EXISTS (SELECT 1 FROM cell_place WHERE moved_at >
       (SELECT max(created_at) - ${MOVE_MARGIN} FROM run WHERE series = ${series} AND id < ${id})) AS "hasMoved"`,
  )
  if (!places!.hasMoved) return []
  const rows = await queryRows<{ before: string; now: string }>(
    tx,
    sql`SELECT DISTINCT z.area AS before, p.area AS now
     FROM (SELECT ${SMALLEST_AREA} AS area, unnest(cells) AS cell FROM zone WHERE series = ${series} AND next_run IS NULL) AS z
     JOIN (SELECT ${SMALLEST_AREA} AS area, cell FROM cell_place) AS p USING (cell) WHERE z.area <> p.area
     ORDER BY z.area, p.area`,
  )
  return rows.map(({ before, now }) => [before, now])
}

/** Groups areas that exchanged cells, so that zones keep their identity across boundaries. */
async function groupedByMoves(
  tx: Queryable,
  areas: readonly string[],
  moves: readonly [string, string][],
): Promise<AreaGroup[]> {
  const rows = await queryRows<{ area: string; cells: number }>(
    tx,
    sql`SELECT ${SMALLEST_AREA} AS area, count(*)::integer AS cells FROM cell_place
     WHERE ${SMALLEST_AREA} = ANY(${areas}::text[]) GROUP BY 1`,
  )
  const cellsIn = new Map(rows.map(({ area, cells }) => [area, cells]))
  return connectedComponents(areas, moves).map((component) => ({
    areas: component,
    cells: component.reduce((sum, area) => sum + (cellsIn.get(area) ?? 0), 0),
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
  const beforeById = new Map(before.map((zone) => [zone.id, zone]))
  const isUnchanged = (zone: PlacedZone) => isSame(beforeById.get(zone.id), zone)
  const changed = zones.filter((zone) => !isUnchanged(zone))
  const unchanged = new Set(zones.filter(isUnchanged).map((zone) => zone.id))
  const closed = before.map((zone) => zone.id).filter((id) => !unchanged.has(id))
  await closeZones(tx, run, closed)
  for (const chunk of chunksOf(changed)) await insertZones(tx, run, chunk)
  await insertEvents(tx, run, events)
}

const isSame = (before: PlacedZone | undefined, zone: PlacedZone): boolean =>
  before !== undefined && areaOf(before) === areaOf(zone) && hasSameCells(before.cells, zone.cells)

const areaOf = (place: Place): string => place.communeCode ?? place.provinceCode ?? place.regionCode ?? ''

const PLACE_COLUMNS = raw(
  `commune_code AS "communeCode", province_code AS "provinceCode", region_code AS "regionCode"`,
)

async function currentZones(tx: Queryable, run: RunKey, areas: readonly string[]): Promise<PlacedZone[]> {
  return queryRows(
    tx,
    sql`SELECT id, class, ${PLACE_COLUMNS}, ARRAY(SELECT to_hex(cell) FROM unnest(cells) AS cell) AS cells
     FROM zone WHERE series = ${run.series} AND next_run IS NULL AND ${SMALLEST_AREA} = ANY(${areas}::text[]) ORDER BY id`,
  )
}

/**
 * The patches of some areas. OFFSET 0 forces the access by the areas' cells: for a new series the planner has no
 * statistics, and would read it whole.
 */
async function patchesOf(tx: Queryable, run: RunKey, areas: readonly string[]): Promise<PlacedPatch[]> {
  const rows = await queryRows<Place & { h3: string; class: ZoneClass }>(
    tx,
    sql`SELECT to_hex(p.cell) AS h3, v.class, ${PLACE_COLUMNS} FROM cell_place AS p CROSS JOIN LATERAL (
       SELECT class FROM verdict WHERE series = ${run.series} AND cell = p.cell AND next_run IS NULL OFFSET 0) AS v
     WHERE ${SMALLEST_AREA} = ANY(${areas}::text[]) AND v.class <> 'unknown'`,
  )
  const patches = new Map<string, PlacedPatch>()
  for (const { h3, ...place } of rows) {
    const key = `${place.class} ${areaOf(place)}`
    const patch = patches.get(key)
    if (patch) patch.cells.push(h3)
    else patches.set(key, { ...place, cells: [h3] })
  }
  return [...patches.values()].flatMap((patch) =>
    connectedCellGroups(patch.cells).map((cells) => ({ ...patch, cells })),
  )
}

async function closeZones(tx: Queryable, run: RunKey, ids: readonly string[]): Promise<void> {
  await queryRows(
    tx,
    sql`UPDATE zone SET next_run = ${run.id} FROM unnest(${ids}::text[]) AS closed(id)
     WHERE zone.series = ${run.series} AND zone.id = closed.id AND next_run IS NULL`,
  )
}

/** Number of cells whose outlines go into one statement: at most 1 MB of text. */
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
  await queryRows(
    tx,
    sql`INSERT INTO zone (series, id, first_run, class, commune_code, province_code, region_code, cell_count, cells, geom)
     SELECT ${run.series}, id, ${run.id}, class, "communeCode", "provinceCode", "regionCode", cardinality(cells), cells,
       ST_SetSRID(ST_GeomFromGeoJSON(geom), 4326)
     FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id text, class text, "communeCode" text,
       "provinceCode" text, "regionCode" text, cells bigint[], geom json)`,
  )
}

async function insertEvents(tx: Queryable, run: RunKey, events: readonly ZoneEvent[]): Promise<void> {
  await queryRows(
    tx,
    sql`INSERT INTO zone_event (series, zone_id, run_id, kind, cells_before, cells_after, other_zone, became)
     SELECT ${run.series}, zone, ${run.id}, kind, "cellsBefore", "cellsAfter", other, nullif(became, 'null'::jsonb)
     FROM json_to_recordset(${JSON.stringify(events)}::json) AS r(zone text, kind text, "cellsBefore" integer,
       "cellsAfter" integer, other text, became jsonb)`,
  )
}
