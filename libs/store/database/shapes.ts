/** Boxes, outlines and ranges of cells as SQL. Degrees are WGS 84, longitude before latitude. */
import type { Bounds } from '#domain/probe'
import type { CellRange } from '#geo'
import { type Sql, raw, sql } from './sql.js'

/** Bounding box of a geometry column as an array: west, south, east, north. */
export const boundingBox = (geometry: string): Sql =>
  raw(`ARRAY[ST_XMin(${geometry}), ST_YMin(${geometry}), ST_XMax(${geometry}), ST_YMax(${geometry})]`)

/** The box as a polygon. */
export const boxPolygon = ({ west, south, east, north }: Bounds): Sql =>
  sql`ST_MakeEnvelope(${west}::float8, ${south}::float8, ${east}::float8, ${north}::float8, 4326)`

/** The box as a geometry that may also be a line or a point: a polygon without height or length would be invalid. */
export const boxGeometry = ({ west, south, east, north }: Bounds): Sql =>
  sql`ST_SetSRID(ST_Envelope(ST_MakeLine(ST_MakePoint(${west}::float8, ${south}::float8), ST_MakePoint(${east}::float8, ${north}::float8))), 4326)`

/** The box as an item of FROM named `box`, for `clippedOutline` and an index condition `geom && box`. */
export const fromBox = ({ west, south, east, north }: Bounds): Sql =>
  sql`ST_SetSRID(ST_MakeBox2D(ST_MakePoint(${west}, ${south}), ST_MakePoint(${east}, ${north})), 4326) AS box`

/** GeoJSON text of the part of a geometry column inside `box`, simplified to a tolerance in degrees. */
export const clippedOutline = (geometry: string, tolerance: number): Sql =>
  sql`ST_AsGeoJSON(ST_ClipByBox2D(ST_Simplify(${raw(geometry)}, ${tolerance}, true), box), 6)`

/** Whether the point of the columns `lng` and `lat` of a row lies in the box. */
export const isPositionInBox = (row: string, { west, south, east, north }: Bounds): Sql =>
  sql`${raw(row)}.lng BETWEEN ${west}::float8 AND ${east}::float8 AND ${raw(row)}.lat BETWEEN ${south}::float8 AND ${north}::float8`

/**
 * Ranges of cells as an item of FROM: rows `r` with `low` and `high`, both inclusive. Join it LATERAL with a subquery
 * that ends in OFFSET 0: each range is then one index scan, whereas the planner would otherwise read the whole table.
 */
export const cellRanges = (ranges: readonly CellRange[]): Sql =>
  sql`json_to_recordset(${JSON.stringify(ranges)}::json) AS r(low bigint, high bigint)`
