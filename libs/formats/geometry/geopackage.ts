/** GeoPackage (OGC 12-128r19): tables of features in an SQLite file. */
import type { Database, SqlJsStatic, SqlValue } from 'sql.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { type Crs, crsOf } from './crs.js'
import { convertedFeatures, type FeatureFile } from './geojson.js'
import type { RawFeature } from './raw-feature.js'
import { GeometryBlobError, geometryOfBlob } from './wkb.js'

/** The WebAssembly module, compiled once per process, with the first file. */
let sqlite: Promise<SqlJsStatic> | null = null

const loadSqlite = async (): Promise<SqlJsStatic> => (await import('sql.js')).default()

/** The features of all feature tables, in the order of the tables' names. A file without any throws `UnreadableFileError`. */
export async function featuresOfGeoPackage(bytes: Uint8Array, file?: string): Promise<FeatureFile> {
  const { Database } = await (sqlite ??= loadSqlite())
  const database = new Database(bytes)
  try {
    return await featuresOfTables(database, featureTablesOf(database, file), file)
  } catch (cause) {
    if (cause instanceof UnreadableFileError) throw cause
    // WebAssembly's own error: the module ran out of memory and is of no use any more.
    if (cause instanceof Error && cause.name === 'RuntimeError') sqlite = null
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UnreadableFileError(`the GeoPackage cannot be read (${why})`, file, { cause })
  } finally {
    database.close()
  }
}

interface FeatureTable {
  table: string
  geometry: string
  crs: Crs
}

/** Rows of one table after another, each converted from the table's own reference system. */
async function featuresOfTables(
  database: Database,
  tables: readonly FeatureTable[],
  file?: string,
): Promise<FeatureFile> {
  const files: FeatureFile[] = []
  for (const table of tables) {
    const features: RawFeature[] = []
    for (const feature of rowsOf(database, table))
      if (features.push(feature) > MAX_FEATURES)
        throw new UnreadableFileError(`the GeoPackage has more than ${MAX_FEATURES} features`, file)
    files.push(table.crs.definition ? await convertedFeatures(features, table.crs) : { features, notes: [] })
  }
  return {
    features: files.flatMap((file) => file.features),
    notes: [...new Set(files.flatMap((file) => file.notes))],
  }
}

const FEATURE_TABLES = `
  SELECT g.table_name, g.column_name, s.organization || ':' || s.organization_coordsys_id, m.type
  FROM gpkg_geometry_columns AS g JOIN gpkg_contents AS c ON c.table_name = g.table_name
  JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id JOIN sqlite_master AS m ON m.name = g.table_name
  WHERE c.data_type = 'features' AND m.type IN ('table', 'view') ORDER BY 1`

/** More features than this are no list of the country's places or cells. */
const MAX_FEATURES = 1_000_000

/** Views are refused: one in a file can be a query that never ends. */
function featureTablesOf(database: Database, file?: string): FeatureTable[] {
  const tables = database.exec(FEATURE_TABLES)[0]?.values ?? []
  if (tables.length === 0) throw new UnreadableFileError('the GeoPackage has no table of features', file)
  return tables.map(([table, geometry, reference, type]) => {
    if (type !== 'table')
      throw new UnreadableFileError(`${table} is no table: save it as one in the GeoPackage`, file)
    const crs = crsOf(String(reference))
    if (crs) return { table: String(table), geometry: String(geometry), crs }
    throw new UnreadableFileError(
      `the coordinates of ${table} are in ${reference}, which is not known here; export it in WGS 84 (EPSG:4326) and send it again`,
      file,
    )
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
