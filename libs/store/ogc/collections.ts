/** What leaves the house as features: the columns of each collection with their SQL, and how its rows are found. */
import type { Column } from '#domain/feature'
import { PROBE_FIELDS, type ProbeField, columnOf } from '#domain/probe'
import { type Sql, raw, sql } from '../database/sql.js'
import { PLAIN_LISTED_FIELDS } from '../probes/listed.js'
import { publicProbesOf } from '../probes/public.js'
import { type RunRow, validInRun } from '../runs/run.js'

export const COLLECTIONS = [
  'cells',
  'zones',
  'areas',
  'localities',
  'sites',
  'probes_public',
  'declared',
  'plan',
] as const
export type CollectionId = (typeof COLLECTIONS)[number]

/** No column is named `id`: GDAL calls a feature's own id so. */
interface SqlColumn extends Column {
  sql: string
  /** A figure that is not always known. */
  mayBeEmpty?: true
}

/** Of a collection by cells: the part of the cells' order that a statement reads. */
export interface Span {
  low: string
  high: string
}

export interface Licence {
  name: string
  title: string
  path?: string
}

/** Measurements, claims and lists belong to whoever runs the observatory, who has to say so: `DATA_LICENCE`. */
const UNSTATED_LICENCE: Licence[] = [{ name: 'notspecified', title: 'Not stated: ask who runs this server' }]

/** With what the server's owner states (an SPDX name) in place of nothing. */
export const licencesOf = ({ licences }: Collection, stated: string | null): readonly Licence[] =>
  licences === UNSTATED_LICENCE && stated !== null
    ? [{ name: stated, title: `${stated}, as whoever runs this server states` }]
    : licences
const BOUNDARIES: Licence[] = [
  {
    name: 'ODbL-1.0',
    title: 'Boundaries that ship with Taghtiya: © OpenStreetMap contributors; of others see `source`',
    path: 'https://opendatacommons.org/licenses/odbl/1-0/',
  },
  {
    name: 'CC-BY-4.0',
    title: 'Names, codes and population: HCP, RGPH 2024',
    path: 'https://creativecommons.org/licenses/by/4.0/',
  },
]

export interface Collection {
  id: CollectionId
  title: string
  about: string
  geometry: 'Point' | 'Polygon' | 'MultiPolygon'
  /**
   * Where a row's geometry comes from: its cell's outline, its cell's centre, columns `lng` and `lat`, a column `geom`.
   */
  shape: 'hexagon' | 'centre' | 'position' | 'geom'
  /** Answers speak of one run. */
  ofRun: boolean
  licences: readonly Licence[]
  columns: readonly SqlColumn[]
  /** FROM and WHERE; the rows' table is named `t`. */
  from(span: Span, run: RunRow | null): Sql
  /** Order of the rows: expressions with their types, unique together. */
  key: readonly { sql: string; type: string }[]
  /** A feature's id, with a group for each part of the key; a cell is written as H3 writes it. */
  idPattern: RegExp
  idOf(row: Record<string, unknown>): string
  /** When a row holds, as SQL of two moments; null where rows have no time. */
  time: readonly [start: string, end: string] | null
}

const utc = (sql: string) => `to_char(${sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
const midnight = (date: string) => `(${date}::timestamp AT TIME ZONE 'UTC')`

const H3: SqlColumn = {
  name: 'h3',
  type: 'text',
  sql: 'to_hex(t.cell)',
  about: 'H3 cell of resolution 8',
}
const text = (name: string, about: string, sql = `t.${name}`): SqlColumn => ({
  name,
  type: 'text',
  sql,
  about,
})
const integer = (name: string, about: string, sql = `t.${name}`): SqlColumn => ({
  name,
  type: 'integer',
  sql,
  about,
})
const bps = (name: string, about: string): SqlColumn => ({
  ...integer(name, about, `t.${name}::float8`),
  unit: 'bit/s',
  mayBeEmpty: true,
})
const population = (about: string, sql?: string): SqlColumn => ({
  ...integer('population', about, sql),
  mayBeEmpty: true,
})
const flag = (name: string, about: string, sql = `t.${name}`): SqlColumn => ({
  name,
  type: 'boolean',
  sql,
  about,
})

const OPERATOR = text('operator', 'id of the operator')
const TECHNOLOGY = text('technology', 'access technology')
const COMMUNE = 'HCP code of the commune'
const OWN_AREAS: readonly SqlColumn[] = [
  text('commune_code', COMMUNE),
  text('province_code', 'HCP code of the province or prefecture'),
  text('region_code', 'HCP code of the region'),
]
const RUN: readonly SqlColumn[] = [
  integer('run_id', 'run that gave the verdict'),
  { name: 'rule_id', type: 'text', sql: 't.rule_id', about: 'rule of the run' },
]

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
    H3,
    text('class', 'white, grey, black or unknown'),
    { name: 'confidence', type: 'number', sql: 't.confidence', about: 'probability that the class is right' },
    ...OWN_AREAS,
    integer('since_run', 'first run of the series in which the verdict held'),
    ...RUN,
  ],
  // Both tables are limited to the span: a merge join would read the places from their beginning, the longer the deeper the page.
  from: (span, run) => sql`
    (SELECT v.cell, v.class, v.confidence, v.first_run AS since_run, p.commune_code, p.province_code, p.region_code,
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
    text('zone_id', 'identity of the zone, the same from run to run', 't.id'),
    text('class', 'white, grey or black'),
    ...OWN_AREAS,
    integer('cell_count', 'cells in the zone'),
    population(
      'people in its localities, empty where none is known',
      '(SELECT sum(population)::float8 FROM locality WHERE cell = ANY(t.cells))',
    ),
    integer('site_count', 'sites in it', '(SELECT count(*)::integer FROM site WHERE cell = ANY(t.cells))'),
    ...RUN,
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
  licences: BOUNDARIES,
  columns: [
    text('code', 'HCP code'),
    integer('vintage', 'year of the edition, 0 where simulated'),
    text('level', 'region, province or commune'),
    text('type', 'province or prefecture, urban or rural'),
    text('parent_code', 'HCP code of the area it lies in'),
    text('name_fr', 'name in French'),
    text('name_ar', 'name in Arabic'),
    population('inhabitants'),
    integer('cell_count', 'cells whose centre lies in it'),
    text('source', 'where the boundary comes from'),
    flag('simulated', 'made up for the demonstration', '(t.vintage = 0)'),
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
    text('locality_id', 'id of the list that it came with', 't.id'),
    text('name_fr', 'name in French'),
    text('name_ar', 'name in Arabic'),
    text('kind', 'kind of place'),
    population('inhabitants'),
    text('commune_code', COMMUNE),
    H3,
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
    text('code', 'code of the site'),
    text('name', 'name'),
    text('name_ar', 'name in Arabic'),
    text('type', 'kind of place'),
    text('commune_code', COMMUNE),
    H3,
    OPERATOR,
    TECHNOLOGY,
    bps('contracted_down_bps', 'contracted download'),
    bps('contracted_up_bps', 'contracted upload'),
    flag('simulated', 'made up for the demonstration'),
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
      ...text('measurement_id', 'made from the probe’s id, which it does not tell'),
      sql: `to_hex(t.cell) || '.' || t.hash`,
    },
    H3,
    { name: 'measured_hour', type: 'time', sql: utc('t.hour'), about: 'hour in which it was measured' },
    ...PUBLIC_PROBE_COLUMNS,
    flag('counted', 'whether verdicts rest on it: false where it was found implausible when it came'),
  ],
  // Grouped in the order of the index, so that a page reads no more cells than it needs. The hash orders a cell's
  // probes in a way that says nothing of when they were measured.
  from: (span) => sql`
    (SELECT cell FROM probe WHERE ${inSpan(span, 'cell')} GROUP BY cell ORDER BY cell) AS next_cell
    JOIN LATERAL (
      SELECT p.*, md5(p.id::text) AS hash, date_trunc('hour', p.measured_at, 'UTC') AS hour
      FROM ${publicProbesOf(raw('next_cell.cell'))} AS p) AS t ON true WHERE true`,
  key: [
    { sql: 't.cell', type: 'bigint' },
    { sql: 't.hash', type: 'text' },
  ],
  idPattern: /^([0-9a-f]{15})\.([0-9a-f]{32})$/,
  idOf: (row) => row['measurement_id'] as string,
  // The hour that is told, not the moment: else a reader could find the moment by asking often.
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
      H3,
      OPERATOR,
      TECHNOLOGY,
      {
        name: 'on_date',
        type: 'date',
        sql: 't.on_date::text',
        about: kind === 'declared' ? 'day for which it was declared' : 'day by which it is promised',
      },
      bps('download_bps', 'claimed download'),
      bps('upload_bps', 'claimed upload'),
      text('source', 'file that it came with'),
      { name: 'received_at', type: 'time', sql: utc('t.received_at'), about: 'when it was imported' },
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
    time: [midnight('t.on_date'), midnight('t.on_date')],
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
