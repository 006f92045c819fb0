/** The definition of a collection of features: its columns with their SQL, and the statement that reads its rows. */
import type { Column } from '#domain/feature'
import type { Sql } from '../database/sql.js'
import type { RunRow } from '../runs/run.js'

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

/** A column with its SQL. None is named `id`, because GDAL uses that name for a feature's own id. */
export interface SqlColumn extends Column {
  sql: string
  /** Whether the value may be missing. */
  mayBeEmpty?: true
}

/** The part of the cells' order that a statement reads, for a collection by cells. */
export interface Span {
  low: string
  high: string
}

export interface Licence {
  name: string
  title: string
  path?: string
}

/**
 * The licence of measurements, claims and lists is up to the operator of the service, who states it in `DATA_LICENCE`.
 */
export const UNSTATED_LICENCE: Licence[] = [
  { name: 'notspecified', title: 'Not stated: ask who runs this server' },
]

/**
 * The collection's licences, with the one that the operator of the service states (an SPDX name) if it has none of its
 * own.
 */
export const licencesOf = ({ licences }: Collection, stated: string | null): readonly Licence[] =>
  licences === UNSTATED_LICENCE && stated !== null
    ? [{ name: stated, title: `${stated}, as whoever runs this server states` }]
    : licences
export const BOUNDARY_LICENCES: Licence[] = [
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
  /** Source of a row's geometry: its cell's outline, its cell's centre, columns `lng` and `lat`, or a column `geom`. */
  shape: 'hexagon' | 'centre' | 'position' | 'geom'
  /** Whether the rows belong to one run. */
  ofRun: boolean
  licences: readonly Licence[]
  columns: readonly SqlColumn[]
  /** FROM and WHERE; the rows' table is named `t`. */
  from(span: Span, run: RunRow | null): Sql
  /**
   * True where the cells that hold probes are looked for first, because reading a span would read all its probes: `from`
   * gives the rows of the one cell `c.cell` then.
   */
  ofMeasuredCells?: true
  /**
   * The rows of the one cell `c.cell` for a short page without a filter: those that the conditions admit are put in the order of the
   * key by what an index holds, then each is looked up until the page is full. The conditions read the key, the time and
   * `measured_at` of `t`.
   */
  lookedUp?(conditions: Sql): Sql
  /** Order of the rows: expressions with their types, unique together. */
  key: readonly { sql: string; type: string }[]
  /** A feature's id, with a group for each part of the key; a cell is written as H3 writes it. */
  idPattern: RegExp
  idOf(row: Record<string, unknown>): string
  /** Start and end of a row's validity as SQL; null if rows have no time. */
  time: readonly [start: string, end: string] | null
}
