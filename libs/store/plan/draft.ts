/** Items of the plan on their way into the database: where they lie, and their next version. */
import { foldName } from '#domain/place'
import { type PlanFields, type PlanPlace, type PlanRow, changedPlanFields } from '#domain/plan'
import { ZONE_ID, birthRunOf } from '#domain/zone'
import { cellFromSql, cellToSql, centreOf, coveredCells } from '#geo'
import type { Queryable } from '../database/database.js'

/** Where an item lies, and how its place was said where it was by an id. */
export interface PlanLocation {
  localityId: string | null
  zoneId: string | null
  lat: number
  lng: number
  /** Decimal, as SQL has it; ascending. */
  cells: string[]
}

/** What one item becomes. */
export interface PlanDraft extends PlanFields, PlanLocation {
  code: string
  version: number
  comment: string
  withdrawn: boolean
  simulated: boolean
}

/** More cells than a province's seat and all its surroundings: a polygon that is wrong. */
const MAX_CELLS = 10_000

/** What nobody said. */
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

/** What differs, in words of the fields; `comment` null: it was not said anew. */
export const changesOf = (before: PlanDraft, draft: PlanDraft, comment: string | null): string[] => [
  ...changedPlanFields(before, draft),
  ...(before.cells.join() === draft.cells.join() ? [] : ['place']),
  ...(comment !== null && comment !== before.comment ? ['comment'] : []),
]

const DRAFT_COLUMNS = `code, version, name_fr AS "nameFr", name_ar AS "nameAr", area_code AS "areaCode", locality_id AS "localityId",
  zone_id AS "zoneId", lat, lng, cells::text[] AS cells, operator, technology, target_bps::float8 AS "targetBps",
  awarded_on::text AS "awardedOn", started_on::text AS "startedOn", promised_by::text AS "promisedBy",
  in_service_on::text AS "inServiceOn", comment, withdrawn, simulated`

export async function currentDrafts(
  db: Queryable,
  codes: readonly string[],
): Promise<Map<string, PlanDraft>> {
  const rows: PlanDraft[] = await db.query(
    `SELECT ${DRAFT_COLUMNS} FROM plan_item WHERE ended_at IS NULL AND code = ANY($1)`,
    [codes],
  )
  return new Map(rows.map((row) => [row.code, row]))
}

/** For each line its place, why it has none, or null where it says none. */
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
    if ('name' in place)
      return (
        localities.get(nameKey(place)) ?? 'no one locality of this commune has this name: give its position'
      )
    return coveredBy(place)
  })
}

function coveredBy(
  place: Exclude<PlanPlace, { localityId: string } | { zoneId: string } | { name: string }>,
) {
  const cells = coveredCells(place) ?? []
  if (cells.length === 0) return 'no cell has its centre in the polygon: it is smaller than a cell'
  if (cells.length > MAX_CELLS) return `covers ${cells.length} cells: at most ${MAX_CELLS} are taken`
  const [lng, lat] = 'lat' in place ? [place.lng, place.lat] : innerPointOf(cells)
  return { localityId: null, zoneId: null, lat, lng, cells: ascending(cells.map(cellToSql)) }
}

/** The covered cell nearest to the mean of all, so that the point lies inside. */
function innerPointOf(cells: readonly string[]): [number, number] {
  const centres = cells.map(centreOf)
  const mean = (i: 0 | 1) => centres.reduce((sum, at) => sum + at[i], 0) / centres.length
  const [lng, lat] = [mean(0), mean(1)]
  const far = (at: readonly [number, number]) => (at[0] - lng) ** 2 + (at[1] - lat) ** 2
  return centres.reduce((best, at) => (far(at) < far(best) ? at : best))
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

/** By id, and by commune and name; a name that several of a commune's localities bear names none. */
async function localitiesNamed(
  db: Queryable,
  places: readonly (PlanPlace | null)[],
): Promise<Map<string, PlanLocation>> {
  const ids = places.flatMap((place) => (place && 'localityId' in place ? [place.localityId] : []))
  const communes = places.flatMap((place) => (place && 'name' in place ? [place.communeCode] : []))
  const found = new Map<string, PlanLocation>()
  if (ids.length + communes.length === 0) return found
  const rows: NamedPlace[] = await db.query(
    `SELECT id, name_fr AS "nameFr", name_ar AS "nameAr", commune_code AS "communeCode", lat, lng, cell::text FROM locality
     WHERE id = ANY($1) OR commune_code = ANY($2)`,
    [ids, communes],
  )
  const twice = new Set<string>()
  for (const { id, nameFr, nameAr, communeCode, lat, lng, cell } of rows) {
    const where = { localityId: id, zoneId: null, lat, lng, cells: [cell] }
    found.set(id, where)
    const keys = [nameFr, nameAr].flatMap((name) => (name === null ? [] : [nameKey({ name, communeCode })]))
    for (const key of new Set(keys)) {
      if (found.has(key)) twice.add(key)
      found.set(key, where)
    }
  }
  for (const key of twice) found.delete(key)
  return found
}

/** As they were last. */
async function zonesNamed(
  db: Queryable,
  places: readonly (PlanPlace | null)[],
): Promise<Map<string, PlanLocation>> {
  const ids = places.flatMap((place) =>
    place && 'zoneId' in place && ZONE_ID.test(place.zoneId) ? [place.zoneId] : [],
  )
  if (ids.length === 0) return new Map()
  const rows: { id: string; cells: string[] }[] = await db.query(
    `SELECT DISTINCT ON (id) id, cells::text[] AS cells FROM zone
     WHERE id = ANY($1) AND series IN (SELECT series FROM run WHERE id = ANY($2)) ORDER BY id, first_run DESC`,
    [ids, ids.map(birthRunOf)],
  )
  return new Map(
    rows.map(({ id, cells }) => {
      const [lng, lat] = innerPointOf(cells.map(cellFromSql))
      return [id, { localityId: null, zoneId: id, lat, lng, cells }]
    }),
  )
}

/** The smallest area that holds each item that names none. */
export async function fillAreas(tx: Queryable, drafts: readonly PlanDraft[]): Promise<void> {
  const open = drafts.filter((draft) => draft.areaCode === null)
  if (open.length === 0) return
  const rows: { n: number; code: string | null }[] = await tx.query(
    `SELECT p.n, (SELECT a.code FROM current_area AS a WHERE a.geom && p.point AND ST_Covers(a.geom, p.point)
       ORDER BY length(a.code) DESC, a.code LIMIT 1) AS code
     FROM (SELECT n, ST_SetSRID(ST_MakePoint(lng, lat), 4326) AS point
       FROM json_to_recordset($1::json) AS r(n integer, lng float8, lat float8) OFFSET 0) AS p`,
    [JSON.stringify(open.map(({ lng, lat }, n) => ({ n, lng, lat })))],
  )
  for (const { n, code } of rows) open[n]!.areaCode = code
}

/** Items in one statement. */
const CHUNK = 1_000

/** Each takes the place of the version before. */
export async function writeVersions(
  tx: Queryable,
  drafts: readonly PlanDraft[],
  about: { author: string; source: string | null },
): Promise<void> {
  for (let i = 0; i < drafts.length; i += CHUNK)
    await tx.query(WRITE_VERSIONS, [JSON.stringify(drafts.slice(i, i + CHUNK)), about.author, about.source])
}

const WRITE_VERSIONS = `
  WITH fresh AS MATERIALIZED (
    SELECT *, clock_timestamp() AS at FROM json_to_recordset($1::json) AS r(code text, version integer, "nameFr" text,
      "nameAr" text, "areaCode" text, "localityId" text, "zoneId" text, lat float8, lng float8, cells json, operator text,
      technology text, "targetBps" bigint, "awardedOn" date, "startedOn" date, "promisedBy" date, "inServiceOn" date,
      comment text, withdrawn boolean, simulated boolean)
  ), ended AS (
    UPDATE plan_item AS p SET ended_at = f.at FROM fresh AS f WHERE p.code = f.code AND p.ended_at IS NULL
    RETURNING p.code
  )
  INSERT INTO plan_item (code, version, name_fr, name_ar, area_code, locality_id, zone_id, lat, lng, cells, operator,
    technology, target_bps, awarded_on, started_on, promised_by, in_service_on, comment, withdrawn, simulated, source,
    author, begun_at)
  SELECT f.code, version, "nameFr", "nameAr", "areaCode", "localityId", "zoneId", lat, lng,
    ARRAY(SELECT c::bigint FROM json_array_elements_text(cells) AS c), operator, technology, "targetBps", "awardedOn",
    "startedOn", "promisedBy", "inServiceOn", comment, withdrawn, simulated, $3, $2, at
  FROM fresh AS f LEFT JOIN ended ON ended.code = f.code`
