/** The collections of features: what may be read or exported as a whole, with its columns. */
import { PROBE_FIELDS, type ProbeField, columnOf } from '#domain/probe'
import { type Sql, raw, sql } from '../database/sql.js'
import { PLAIN_LISTED_FIELDS } from '../probes/listed.js'
import { publicProbesOf } from '../probes/public.js'
import { type RunRow, validInRun } from '../runs/run.js'
import {
  BOUNDARY_LICENCES,
  COLLECTIONS,
  type Collection,
  type CollectionId,
  type Span,
  type SqlColumn,
  UNSTATED_LICENCE,
} from './collection.js'
import {
  ABOUT_COMMUNE,
  AREA_CODE_COLUMNS,
  H3_COLUMN,
  OPERATOR_COLUMN,
  RUN_COLUMNS,
  TECHNOLOGY_COLUMN,
  booleanColumn,
  boundColumn,
  integerColumn,
  populationColumn,
  rfc3339,
  speedColumn,
  textColumn,
  utcMidnight,
} from './columns.js'

const runColumns = (run: RunRow): Sql => sql`${run.id}::integer AS run_id, ${run.rule}::text AS rule_id,
   ${run.from}::timestamptz AS valid_from, ${run.to}::timestamptz AS valid_to`
const inSpan = ({ low, high }: Span, cell: string): Sql =>
  sql`${raw(cell)} BETWEEN ${low}::bigint AND ${high}::bigint`

const CELL_ID = /^([0-9a-f]{15})$/
const ANY_ID = /^(.{1,400})$/su

const cells: Collection = {
  id: 'cells',
  title: 'Cells',
  about: 'Verdict of each H3 cell of resolution 8 under a rule, as it stood in one run.',
  geometry: 'Polygon',
  shape: 'hexagon',
  ofRun: true,
  licences: UNSTATED_LICENCE,
  columns: [
    H3_COLUMN,
    textColumn('class', 'white, grey, black or unknown'),
    { name: 'confidence', type: 'number', sql: 't.confidence', about: 'probability that the class is right' },
    boundColumn('operators_min', 'fewest operators that can serve the cell; empty without a roster'),
    boundColumn('operators_max', 'most operators that can serve the cell; empty without a roster'),
    textColumn('untried', 'operators of the roster that nobody tried here, with commas between them'),
    textColumn(
      'partial',
      'where no class is stated: served (by at least one operator) or none_tried (of those tried)',
    ),
    ...AREA_CODE_COLUMNS,
    integerColumn('since_run', 'first run of the series in which the verdict held'),
    ...RUN_COLUMNS,
  ],
  // Both tables are limited to the span: a merge join would read the places from their beginning, the longer the deeper the page.
  from: (span, run) => sql`
    (SELECT v.cell, v.class, v.confidence, v.lower_bound AS operators_min, v.upper_bound AS operators_max,
       nullif(array_to_string(v.untried, ','), '') AS untried, v.partial, v.first_run AS since_run, p.commune_code, p.province_code, p.region_code,
       ${runColumns(run!)}
     FROM verdict AS v LEFT JOIN cell_place AS p ON p.cell = v.cell AND ${inSpan(span, 'p.cell')}
     WHERE ${validInRun('v', run!)} AND ${inSpan(span, 'v.cell')}) AS t WHERE true`,
  key: [{ sql: 't.cell', type: 'bigint' }],
  idPattern: CELL_ID,
  idOf: (row) => row['h3'] as string,
  time: ['t.valid_from', 't.valid_to'],
}

const zones: Collection = {
  id: 'zones',
  title: 'Zones',
  about: 'Connected cells of one class inside one commune, as they stood in one run.',
  geometry: 'MultiPolygon',
  shape: 'geom',
  ofRun: true,
  licences: UNSTATED_LICENCE,
  columns: [
    textColumn('zone_id', 'identity of the zone, the same from run to run', 't.id'),
    textColumn('class', 'white, grey or black'),
    ...AREA_CODE_COLUMNS,
    integerColumn('cell_count', 'cells in the zone'),
    populationColumn(
      'people in its localities, empty where none is known',
      '(SELECT sum(population)::float8 FROM locality WHERE cell = ANY(t.cells))',
    ),
    integerColumn(
      'site_count',
      'sites in it',
      '(SELECT count(*)::integer FROM site WHERE cell = ANY(t.cells))',
    ),
    ...RUN_COLUMNS,
  ],
  from: (_span, run) => sql`
    (SELECT v.*, ${runColumns(run!)} FROM zone AS v WHERE ${validInRun('v', run!)}) AS t WHERE true`,
  key: [{ sql: 't.id', type: 'text' }],
  idPattern: ANY_ID,
  idOf: (row) => row['zone_id'] as string,
  time: ['t.valid_from', 't.valid_to'],
}

const areas: Collection = {
  id: 'areas',
  title: 'Areas',
  about: 'Regions, provinces and prefectures, communes: the newest edition of each level.',
  geometry: 'MultiPolygon',
  shape: 'geom',
  ofRun: false,
  licences: BOUNDARY_LICENCES,
  columns: [
    textColumn('code', 'HCP code'),
    integerColumn('vintage', 'year of the edition, 0 where simulated'),
    textColumn('level', 'region, province or commune'),
    textColumn('type', 'province or prefecture, urban or rural'),
    textColumn('parent_code', 'HCP code of the area it lies in'),
    textColumn('name_fr', 'name in French'),
    textColumn('name_ar', 'name in Arabic'),
    populationColumn('inhabitants'),
    integerColumn('cell_count', 'cells whose centre lies in it'),
    textColumn('source', 'where the boundary comes from'),
    booleanColumn('simulated', 'made up for the demonstration', '(t.vintage = 0)'),
  ],
  from: () => sql`current_area AS t WHERE true`,
  key: [{ sql: 't.code', type: 'text' }],
  idPattern: ANY_ID,
  idOf: (row) => row['code'] as string,
  time: null,
}

const localities: Collection = {
  id: 'localities',
  title: 'Localities',
  about: 'Populated places: douars and towns.',
  geometry: 'Point',
  shape: 'position',
  ofRun: false,
  licences: UNSTATED_LICENCE,
  columns: [
    textColumn('locality_id', 'id of the list that it came with', 't.id'),
    textColumn('name_fr', 'name in French'),
    textColumn('name_ar', 'name in Arabic'),
    textColumn('kind', 'kind of place'),
    populationColumn('inhabitants'),
    textColumn('commune_code', ABOUT_COMMUNE),
    H3_COLUMN,
  ],
  from: () => sql`locality AS t WHERE true`,
  key: [{ sql: 't.id', type: 'text' }],
  idPattern: ANY_ID,
  idOf: (row) => row['locality_id'] as string,
  time: null,
}

const sites: Collection = {
  id: 'sites',
  title: 'Sites',
  about: 'Administrative places that should be connected, and what was contracted for them.',
  geometry: 'Point',
  shape: 'position',
  ofRun: false,
  licences: UNSTATED_LICENCE,
  columns: [
    textColumn('code', 'code of the site'),
    textColumn('name', 'name'),
    textColumn('name_ar', 'name in Arabic'),
    textColumn('type', 'kind of place'),
    textColumn('commune_code', ABOUT_COMMUNE),
    H3_COLUMN,
    OPERATOR_COLUMN,
    TECHNOLOGY_COLUMN,
    speedColumn('contracted_down_bps', 'contracted download'),
    speedColumn('contracted_up_bps', 'contracted upload'),
    booleanColumn('simulated', 'made up for the demonstration'),
  ],
  from: () => sql`site AS t WHERE true`,
  key: [{ sql: 't.code', type: 'text' }],
  idPattern: ANY_ID,
  idOf: (row) => row['code'] as string,
  time: null,
}

const OGC_TYPES = { text: 'text', bigint: 'integer', 'double precision': 'number' } as const

/** The fields of a probe that everybody may read, without id and time, which are written in another form. */
const PUBLIC_PROBE_COLUMNS: readonly SqlColumn[] = PLAIN_LISTED_FIELDS.filter(
  (field) => PROBE_FIELDS[field].readers === 'everybody',
).map((field) => {
  const { about, unit }: ProbeField = PROBE_FIELDS[field]
  const type = OGC_TYPES[PROBE_FIELDS[field].column]
  const name = columnOf(field)
  const column = { name, type, about, sql: `t.${name}`, ...(unit && { unit }) }
  return type === 'integer' ? { ...column, sql: `t.${name}::float8`, mayBeEmpty: true } : column
})

/** The public id and time of a probe `p`: the hash orders the probes of a cell in a way that reveals nothing of when they were measured. */
const PUBLIC_ID_AND_TIME = raw(`md5(p.id::text) AS hash, date_trunc('hour', p.measured_at, 'UTC') AS hour`)

const probesPublic: Collection = {
  id: 'probes_public',
  title: 'Measurements',
  about:
    `Single measurements, told apart from who made them: at the centre of their cell, to the hour (UTC), without ` +
    `device or site: lines of sites, and where at least three devices have measured the same network with the same tool.`,
  geometry: 'Point',
  shape: 'centre',
  ofRun: false,
  licences: UNSTATED_LICENCE,
  columns: [
    {
      ...textColumn('measurement_id', 'made from the probe’s id, which it does not tell'),
      sql: `to_hex(t.cell) || '.' || t.hash`,
    },
    H3_COLUMN,
    { name: 'measured_hour', type: 'time', sql: rfc3339('t.hour'), about: 'hour in which it was measured' },
    ...PUBLIC_PROBE_COLUMNS,
    booleanColumn(
      'counted',
      'whether verdicts rest on it: false where it was found implausible when it came',
    ),
  ],
  ofMeasuredCells: true,
  from: () => sql`
    (SELECT p.*, ${PUBLIC_ID_AND_TIME} FROM ${publicProbesOf(raw('c.cell'))} AS p) AS t WHERE true`,
  // OFFSET 0 keeps the order of the ids, so that no probe beyond the page is looked up.
  lookedUp: (conditions) => sql`
    (SELECT p.*, ids.hash, ids.hour FROM (
       SELECT t.* FROM (SELECT p.cell, p.measured_at, p.id, ${PUBLIC_ID_AND_TIME} FROM probe AS p WHERE p.cell = c.cell) AS t
       WHERE ${conditions} ORDER BY t.hash OFFSET 0) AS ids
     CROSS JOIN LATERAL (SELECT p.* FROM ${publicProbesOf(raw('c.cell'))} AS p
       WHERE p.measured_at = ids.measured_at AND p.id = ids.id OFFSET 0) AS p) AS t WHERE true`,
  key: [
    { sql: 't.cell', type: 'bigint' },
    { sql: 't.hash', type: 'text' },
  ],
  idPattern: /^([0-9a-f]{15})\.([0-9a-f]{32})$/,
  idOf: (row) => row['measurement_id'] as string,
  // The public hour and not the exact time, which a reader could otherwise find by repeated requests.
  time: ['t.hour', 't.hour'],
}

const claims = (id: 'declared' | 'plan', kind: 'declared' | 'planned', title: string, about: string) =>
  ({
    id,
    title,
    about,
    geometry: 'Polygon',
    shape: 'hexagon',
    ofRun: false,
    licences: UNSTATED_LICENCE,
    columns: [
      H3_COLUMN,
      OPERATOR_COLUMN,
      TECHNOLOGY_COLUMN,
      {
        name: 'on_date',
        type: 'date',
        sql: 't.on_date::text',
        about: kind === 'declared' ? 'day for which it was declared' : 'day by which it is promised',
      },
      speedColumn('download_bps', 'claimed download'),
      speedColumn('upload_bps', 'claimed upload'),
      textColumn('source', 'file that it came with'),
      { name: 'received_at', type: 'time', sql: rfc3339('t.received_at'), about: 'when it was imported' },
    ],
    from: (span) =>
      sql`coverage AS t WHERE t.kind = ${kind} AND t.withdrawn_at IS NULL AND ${inSpan(span, 't.cell')}`,
    key: [
      { sql: 't.cell', type: 'bigint' },
      { sql: 't.technology', type: 'text' },
      { sql: 't.on_date', type: 'date' },
      { sql: 't.operator', type: 'text' },
    ],
    idPattern: /^([0-9a-f]{15})\.(\w{1,40})\.(\d{4}-\d\d-\d\d)\.(.{1,400})$/su,
    idOf: (row) =>
      `${row['h3'] as string}.${row['technology'] as string}.${row['on_date'] as string}.${row['operator'] as string}`,
    time: [utcMidnight('t.on_date'), utcMidnight('t.on_date')],
  }) satisfies Collection

const COLLECTION_BY_ID: Record<CollectionId, Collection> = {
  cells,
  zones,
  areas,
  localities,
  sites,
  probes_public: probesPublic,
  declared: claims(
    'declared',
    'declared',
    'Declared coverage',
    'What operators say they cover now, by cell; claims that were replaced are left out.',
  ),
  plan: claims(
    'plan',
    'planned',
    'Planned coverage',
    'What operators promise by a date, by cell; promises that were replaced are left out.',
  ),
}

export const isCollection = (id: string): id is CollectionId => COLLECTIONS.some((known) => known === id)

export const collectionOf = (id: CollectionId): Collection => COLLECTION_BY_ID[id]
