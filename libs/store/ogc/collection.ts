/** What a collection of features is: its columns with their SQL, and how its rows are found. */
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

/** No column is named `id`: GDAL calls a feature's own id so. */
export interface SqlColumn extends Column {
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
export const UNSTATED_LICENCE: Licence[] = [
  { name: 'notspecified', title: 'Not stated: ask who runs this server' },
]

/** With what the server's owner states (an SPDX name) in place of nothing. */
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
