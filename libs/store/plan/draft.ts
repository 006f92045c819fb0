/** Plan items before they are written: their location, and their next version. */
import { type Scope, isInScope } from '#domain/account'
import { foldName } from '#domain/place'
import { type PlanFields, type PlanPlace, type PlanRow, changedPlanFields } from '#domain/plan'
import { ZONE_ID, birthRunOf } from '#domain/zone'
import { cellFromSql, cellToSql, centreOf, coveredCells } from '#geo'
import { SMALLEST_AREA_AT_POINT } from '../areas/in-area.js'
import { cellsOutside } from '../areas/scope.js'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { type Sql, raw, sql } from '../database/sql.js'

/** The location of an item, with the id of the locality or zone if one was given. */
export interface PlanLocation {
  localityId: string | null
  zoneId: string | null
  lat: number
  lng: number
  /** Cell indexes as decimal numbers, as in the database, in ascending order. */
  cells: string[]
}

/** The next version of one item. */
export interface PlanDraft extends PlanFields, PlanLocation {
  code: string
  version: number
  comment: string
  withdrawn: boolean
  simulated: boolean
}

/** A larger polygon is a mistake: a whole province's seat with its surroundings has fewer cells. */
const MAX_CELLS = 10_000

/** The fields of a new item, all empty. */
export const EMPTY_PLAN_FIELDS: PlanFields = {
  nameFr: '',
  nameAr: null,
  areaCode: null,
  operator: null,
  technology: null,
  targetBps: null,
  awardedOn: null,
  startedOn: null,
  promisedBy: null,
  inServiceOn: null,
}

/** Names of the fields that differ. A null `comment` means that no new comment was given. */
export const changesOf = (before: PlanDraft, draft: PlanDraft, comment: string | null): string[] => [
  ...changedPlanFields(before, draft),
  ...(before.cells.join() === draft.cells.join() ? [] : ['place']),
  ...(comment !== null && comment !== before.comment ? ['comment'] : []),
]

const DRAFT_COLUMNS = raw(`code, version, name_fr AS "nameFr", name_ar AS "nameAr", area_code AS "areaCode",
  locality_id AS "localityId", zone_id AS "zoneId", lat, lng, cells::text[] AS cells, operator, technology,
  target_bps::float8 AS "targetBps", awarded_on::text AS "awardedOn", started_on::text AS "startedOn",
  promised_by::text AS "promisedBy", in_service_on::text AS "inServiceOn", comment, withdrawn, simulated`)

/** The current versions of some items, by code; codes that are not in the plan are missing from the map. */
export async function currentDrafts(
  db: Queryable,
  codes: readonly string[],
): Promise<Map<string, PlanDraft>> {
  const rows = await queryRows<PlanDraft>(
    db,
    sql`SELECT ${DRAFT_COLUMNS} FROM plan_item WHERE ended_at IS NULL AND code = ANY(${codes}::text[])`,
  )
  return new Map(rows.map((row) => [row.code, row]))
}

/** The location for each line; or the reason why it has none; or null if the line names no place. */
export async function planLocationsOf(
  db: Queryable,
  rows: readonly Pick<PlanRow, 'place'>[],
): Promise<(PlanLocation | string | null)[]> {
  const places = rows.map((row) => row.place)
  const localities = await localitiesNamed(db, places)
  const zones = await zonesNamed(db, places)
  return places.map((place) => {
    if (place === null) return null
    if ('localityId' in place) return localities.get(place.localityId) ?? 'no locality has this id'
    if ('zoneId' in place) return zones.get(place.zoneId) ?? 'no zone has this id'
    if ('name' in place) return localities.get(nameKey(place)) ?? AMBIGUOUS_NAME
    return coveredBy(place)
  })
}

const AMBIGUOUS_NAME = 'no locality, or more than one, of this commune has this name: give its position'

function coveredBy(
  place: Exclude<PlanPlace, { localityId: string } | { zoneId: string } | { name: string }>,
) {
  const cells = coveredCells(place) ?? []
  if (cells.length === 0) return 'no cell has its centre in the polygon: it is smaller than a cell'
  if (cells.length > MAX_CELLS) return `covers ${cells.length} cells; the limit is ${MAX_CELLS}`
  const [lng, lat] = 'lat' in place ? [place.lng, place.lat] : innerPointOf(cells)
  return { localityId: null, zoneId: null, lat, lng, cells: ascending(cells.map(cellToSql)) }
}

/** The covered cell nearest to the mean of all, so that the point lies inside. */
function innerPointOf(cells: readonly string[]): [number, number] {
  const centres = cells.map(centreOf)
  const mean = (i: 0 | 1) => centres.reduce((sum, at) => sum + at[i], 0) / centres.length
  const [lng, lat] = [mean(0), mean(1)]
  const squaredDistance = (at: readonly [number, number]) => (at[0] - lng) ** 2 + (at[1] - lat) ** 2
  return centres.reduce((nearest, at) => (squaredDistance(at) < squaredDistance(nearest) ? at : nearest))
}

const ascending = (cells: readonly string[]): string[] =>
  [...new Set(cells)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))

const nameKey = ({ name, communeCode }: { name: string; communeCode: string }) =>
  `${communeCode}\u0001${foldName(name)}`

interface NamedPlace extends Record<'id' | 'nameFr' | 'communeCode' | 'cell', string> {
  nameAr: string | null
  lat: number
  lng: number
}

/** Localities by id, and by commune and name; ambiguous names within a commune are left out. */
async function localitiesNamed(
  db: Queryable,
  places: readonly (PlanPlace | null)[],
): Promise<Map<string, PlanLocation>> {
  const ids = places.flatMap((place) => (place && 'localityId' in place ? [place.localityId] : []))
  const communes = places.flatMap((place) => (place && 'name' in place ? [place.communeCode] : []))
  const locations = new Map<string, PlanLocation>()
  if (ids.length + communes.length === 0) return locations
  const rows = await queryRows<NamedPlace>(
    db,
    sql`SELECT id, name_fr AS "nameFr", name_ar AS "nameAr", commune_code AS "communeCode", lat, lng, cell::text FROM locality
     WHERE id = ANY(${ids}::text[]) OR commune_code = ANY(${communes}::text[])`,
  )
  const ambiguous = new Set<string>()
  for (const { id, nameFr, nameAr, communeCode, lat, lng, cell } of rows) {
    const location = { localityId: id, zoneId: null, lat, lng, cells: [cell] }
    locations.set(id, location)
    const keys = [nameFr, nameAr].flatMap((name) => (name === null ? [] : [nameKey({ name, communeCode })]))
    for (const key of new Set(keys)) {
      if (locations.has(key)) ambiguous.add(key)
      locations.set(key, location)
    }
  }
  for (const key of ambiguous) locations.delete(key)
  return locations
}

/** Zones by id, in their latest version. */
async function zonesNamed(
  db: Queryable,
  places: readonly (PlanPlace | null)[],
): Promise<Map<string, PlanLocation>> {
  const ids = places.flatMap((place) =>
    place && 'zoneId' in place && ZONE_ID.test(place.zoneId) ? [place.zoneId] : [],
  )
  if (ids.length === 0) return new Map()
  const rows = await queryRows<{ id: string; cells: string[] }>(
    db,
    sql`SELECT DISTINCT ON (id) id, cells::text[] AS cells FROM zone
     WHERE id = ANY(${ids}::text[]) AND series IN (SELECT series FROM run WHERE id = ANY(${ids.map(birthRunOf)}::integer[]))
     ORDER BY id, first_run DESC`,
  )
  return new Map(
    rows.map(({ id, cells }) => {
      const [lng, lat] = innerPointOf(cells.map(cellFromSql))
      return [id, { localityId: null, zoneId: id, lat, lng, cells }]
    }),
  )
}

/** Gives each draft without an area the smallest one that holds its point. */
export async function fillAreas(tx: Queryable, drafts: readonly PlanDraft[]): Promise<void> {
  const withoutArea = drafts.filter((draft) => draft.areaCode === null)
  if (withoutArea.length === 0) return
  const points = withoutArea.map(({ lng, lat }, n) => ({ n, lng, lat }))
  const rows = await queryRows<{ n: number; code: string | null }>(
    tx,
    sql`SELECT p.n, ${SMALLEST_AREA_AT_POINT} AS code
     FROM (SELECT n, ST_SetSRID(ST_MakePoint(lng, lat), 4326) AS point
       FROM json_to_recordset(${JSON.stringify(points)}::json) AS r(n integer, lng float8, lat float8) OFFSET 0) AS p`,
  )
  for (const { n, code } of rows) withoutArea[n]!.areaCode = code
}

/** The drafts that do not lie within a scope with their area and all their cells. Their areas must be filled in. */
export async function draftsOutside(
  tx: Queryable,
  scope: Scope,
  drafts: readonly PlanDraft[],
): Promise<Set<PlanDraft>> {
  if (scope === null) return new Set()
  const places = drafts.flatMap((draft) => draft.cells.map((cell) => ({ draft, cell: cellFromSql(cell) })))
  const outside = await cellsOutside(tx, scope, [...new Set(places.map(({ cell }) => cell))])
  return new Set([
    ...drafts.filter(({ areaCode }) => !isInScope(areaCode, scope)),
    ...places.filter(({ cell }) => outside.has(cell)).map(({ draft }) => draft),
  ])
}

/** Number of items in one statement. */
const CHUNK = 1_000

/** Writes new versions; each replaces the current version of its code, which ends at the same moment. */
export async function writeVersions(
  tx: Queryable,
  drafts: readonly PlanDraft[],
  options: { author: string; source: string | null },
): Promise<void> {
  for (let i = 0; i < drafts.length; i += CHUNK)
    await queryRows(tx, insertVersions(drafts.slice(i, i + CHUNK), options))
}

const insertVersions = (
  drafts: readonly PlanDraft[],
  { author, source }: { author: string; source: string | null },
): Sql => sql`
  WITH incoming AS MATERIALIZED (
    SELECT *, clock_timestamp() AS now FROM json_to_recordset(${JSON.stringify(drafts)}::json) AS r(code text,
      version integer, "nameFr" text, "nameAr" text, "areaCode" text, "localityId" text, "zoneId" text, lat float8,
      lng float8, cells json, operator text, technology text, "targetBps" bigint, "awardedOn" date, "startedOn" date,
      "promisedBy" date, "inServiceOn" date, comment text, withdrawn boolean, simulated boolean)
  ), closed AS (
    UPDATE plan_item AS p SET ended_at = i.now FROM incoming AS i WHERE p.code = i.code AND p.ended_at IS NULL
    RETURNING p.code
  )
  INSERT INTO plan_item (code, version, name_fr, name_ar, area_code, locality_id, zone_id, lat, lng, cells, operator,
    technology, target_bps, awarded_on, started_on, promised_by, in_service_on, comment, withdrawn, simulated, source,
    author, begun_at)
  SELECT i.code, version, "nameFr", "nameAr", "areaCode", "localityId", "zoneId", lat, lng,
    ARRAY(SELECT c::bigint FROM json_array_elements_text(cells) AS c), operator, technology, "targetBps", "awardedOn",
    "startedOn", "promisedBy", "inServiceOn", comment, withdrawn, simulated, ${source}, ${author}, now
  FROM incoming AS i LEFT JOIN closed ON closed.code = i.code`
