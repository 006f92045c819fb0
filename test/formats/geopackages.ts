/** A GeoPackage with one point, for the tests of formats. */
import initSqlJs from 'sql.js'

interface GeoPackage {
  /** Code of the reference system. */
  epsg: number
  /** East and north in that system. */
  point: readonly [number, number]
  /** Texts of the feature, by column. */
  columns: Record<string, string>
}

export async function geoPackageOf({ epsg, point, columns }: GeoPackage): Promise<Buffer> {
  const { Database } = await initSqlJs()
  const db = new Database()
  const names = Object.keys(columns)
  db.run(`CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization, organization_coordsys_id INTEGER);
    INSERT INTO gpkg_spatial_ref_sys VALUES (${epsg}, 'EPSG', ${epsg});
    CREATE TABLE gpkg_contents (table_name, data_type); INSERT INTO gpkg_contents VALUES ('p', 'features');
    CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id INTEGER);
    INSERT INTO gpkg_geometry_columns VALUES ('p', 'geom', ${epsg});
    CREATE TABLE p (geom BLOB, ${names.map((name) => `${name} TEXT`).join(', ')})`)
  db.run(`INSERT INTO p VALUES (?${', ?'.repeat(names.length)})`, [
    pointBlob(point),
    ...Object.values(columns),
  ])
  return Buffer.from(db.export())
}

/** The header of a GeoPackage's geometry without an envelope, then a point as little-endian WKB. */
function pointBlob([x, y]: readonly [number, number]): Buffer {
  const blob = Buffer.alloc(29)
  blob.write('GP', 'latin1')
  blob[3] = 1
  blob[8] = 1
  blob.writeUInt32LE(1, 9)
  blob.writeDoubleLE(x, 13)
  blob.writeDoubleLE(y, 21)
  return blob
}
