/** GeoPackage: tables of features in an SQLite file, read where their coordinates are WGS 84. */
import type { Database, SqlJsStatic, SqlValue } from 'sql.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import type { RawFeature } from './raw-feature.js'
import { GeometryBlobError, geometryOfBlob } from './wkb.js'

/** SQLite files begin with "SQLite format 3". */
export const isSqlite = (head: Uint8Array): boolean => Buffer.from(head).toString('latin1') === 'SQLi'

/** EPSG's code of WGS 84. */
const WGS_84 = 4326

/** The WebAssembly module, compiled once per process, with the first file. */
let sqlite: Promise<SqlJsStatic> | null = null

const loadSqlite = async (): Promise<SqlJsStatic> => (await import('sql.js')).default()

/** The features of all feature tables, in the order of the tables' names. A file without any throws `UnreadableFileError`. */
export async function featuresOfGeoPackage(bytes: Uint8Array, file?: string): Promise<RawFeature[]> {
  const { Database } = await (sqlite ??= loadSqlite())
  const database = new Database(bytes)
  try {
    return featureTablesOf(database, file).flatMap((layer) => [...rowsOf(database, layer)])
  } catch (cause) {
    if (cause instanceof UnreadableFileError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UnreadableFileError(`the GeoPackage cannot be read (${why})`, file, { cause })
  } finally {
    database.close()
  }
}

interface FeatureTable {
  table: string
  geometry: string
}

const FEATURE_TABLES = `
  SELECT g.table_name, g.column_name, s.organization || ':' || s.organization_coordsys_id, s.organization_coordsys_id
  FROM gpkg_geometry_columns AS g JOIN gpkg_contents AS c ON c.table_name = g.table_name
  JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id WHERE c.data_type = 'features' ORDER BY 1`

function featureTablesOf(database: Database, file?: string): FeatureTable[] {
  const tables = database.exec(FEATURE_TABLES)[0]?.values ?? []
  if (tables.length === 0) throw new UnreadableFileError('the GeoPackage has no table of features', file)
  return tables.map(([table, geometry, reference, code]) => {
    if (code !== WGS_84)
      throw new UnreadableFileError(
        `the coordinates of ${table} are in ${reference}; export it in WGS 84 (EPSG:4326) and send it again`,
        file,
      )
    return { table: String(table), geometry: String(geometry) }
  })
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

function* rowsOf(database: Database, { table, geometry }: FeatureTable): Generator<RawFeature> {
  const statement = database.prepare(`SELECT * FROM ${quoted(table)}`)
  try {
    while (statement.step()) yield featureOf(statement.getAsObject(), geometry)
  } finally {
    statement.free()
  }
}

function featureOf({ ...properties }: Record<string, SqlValue>, column: string): RawFeature {
  const blob = properties[column]
  delete properties[column]
  try {
    return { properties, geometry: blob instanceof Uint8Array ? geometryOfBlob(blob) : null }
  } catch (cause) {
    if (!(cause instanceof GeometryBlobError)) throw cause
    return { properties, geometry: null, geometryError: cause.message }
  }
}
