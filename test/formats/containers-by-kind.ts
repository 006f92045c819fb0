/** One list in every kind of file that a door takes. */
import { gzipSync } from 'node:zlib'
import initSqlJs from 'sql.js'
import { zipOf } from './files.js'
import { dbfOf, shpOf } from './shapefiles.js'
import { odsOf, odsRow, odsText, rowXml, xlsxOf } from './workbooks.js'

/** Rows by their columns; all rows have the same ones. */
export type List = readonly Readonly<Record<string, string>>[]

const table = (list: List): string[][] => [Object.keys(list[0]!), ...list.map((row) => Object.values(row))]
const quoted = (cell: string) => (/[",;\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
const textOf = (list: List, delimiter: string) =>
  table(list)
    .map((row) => row.map(quoted).join(delimiter))
    .join('\r\n')

/** Files of tables. */
export const TABLE_WRITERS: Readonly<Record<string, (list: List) => Buffer>> = {
  CSV: (list) => Buffer.from(textOf(list, ',')),
  'CSV of a French spreadsheet': (list) => Buffer.from(`\ufeff${textOf(list, ';')}`),
  TSV: (list) => Buffer.from(textOf(list, '\t')),
  'TSV in UTF-16': (list) => Buffer.from(`\ufeff${textOf(list, '\t')}`, 'utf16le'),
  'CSV in gzip': (list) => gzipSync(textOf(list, ',')),
  'CSV in a zip': (list) => zipOf([{ name: 'liste.csv', text: textOf(list, ',') }]),
  XLSX: (list) => xlsxOf({ sheets: [{ name: 'A', rows: sheetRows(list) }] }),
  'XLSX, strict, with prefixes': (list) =>
    xlsxOf({ sheets: [{ name: 'A', rows: sheetRows(list) }], isStrict: true, prefix: 'x' }),
  ODS: (list) =>
    odsOf({
      tables: `<table:table table:name="A">${table(list)
        .map((row) => odsRow(...row.map(odsText)))
        .join('')}</table:table>`,
    }),
}

const sheetRows = (list: List) =>
  table(list)
    .map((row, i) => rowXml(i + 1, row))
    .join('')

/** Where every feature of these files is. */
export const PLACE: readonly [number, number] = [-6.84, 34.02]

const features = (list: List) =>
  list.map((properties) => ({
    type: 'Feature',
    properties,
    geometry: { type: 'Point', coordinates: PLACE },
  }))

/** Files of features, each of them a point. */
export const FEATURE_WRITERS: Readonly<Record<string, (list: List) => Buffer | Promise<Buffer>>> = {
  GeoJSON: (list) => Buffer.from(JSON.stringify({ type: 'FeatureCollection', features: features(list) })),
  'GeoJSON, a feature a line': (list) =>
    Buffer.from(
      features(list)
        .map((feature) => `\u001e${JSON.stringify(feature)}\n`)
        .join(''),
    ),
  GeoPackage: geoPackageOf,
  'zipped shapefile': (list) =>
    zipOf([
      {
        name: 'liste/a.shp',
        text: shpOf(
          1,
          list.map(() => [[[...PLACE]]]),
        ),
      },
      {
        name: 'liste/a.dbf',
        text: dbfOf(
          Object.fromEntries(Object.keys(list[0]!).map((name) => [name, 'C'])),
          list.map((row) => Object.values(row)),
        ),
      },
      { name: 'liste/a.prj', text: 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]' },
    ]),
  KML: (list) => Buffer.from(kmlOf(list)),
  KMZ: (list) => zipOf([{ name: 'doc.kml', text: kmlOf(list) }]),
}

function kmlOf(list: List): string {
  const placemarks = list.map((row) => {
    const data = Object.entries(row).map(
      ([name, value]) => `<Data name="${name}"><value>${value}</value></Data>`,
    )
    return `<Placemark><ExtendedData>${data.join('')}</ExtendedData><Point><coordinates>${PLACE.join(',')},0</coordinates></Point></Placemark>`
  })
  return `<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>${placemarks.join('')}</Document></kml>`
}

async function geoPackageOf(list: List): Promise<Buffer> {
  const { Database } = await initSqlJs()
  const database = new Database()
  const columns = Object.keys(list[0]!)
  database.run(`CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization, organization_coordsys_id INTEGER);
    INSERT INTO gpkg_spatial_ref_sys VALUES (4326, 'EPSG', 4326);
    CREATE TABLE gpkg_contents (table_name, data_type); INSERT INTO gpkg_contents VALUES ('p', 'features');
    CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id INTEGER);
    INSERT INTO gpkg_geometry_columns VALUES ('p', 'geom', 4326);
    CREATE TABLE p (geom BLOB, ${columns.map((name) => `"${name}" TEXT`).join(', ')})`)
  const blob = Buffer.alloc(29)
  blob.write('GP', 'latin1')
  blob[3] = 1
  blob[8] = 1
  blob.writeUInt32LE(1, 9)
  blob.writeDoubleLE(PLACE[0], 13)
  blob.writeDoubleLE(PLACE[1], 21)
  for (const row of list)
    database.run(`INSERT INTO p VALUES (?${', ?'.repeat(columns.length)})`, [blob, ...Object.values(row)])
  return Buffer.from(database.export())
}
