/** Files of every kind that a door takes, small and right, from which a fuzz makes wrong ones. */
import { readFileSync, readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { zipOf } from '../files.js'
import { geoPackageOf } from '../geopackages.js'
import { dbfOf, shpOf } from '../shapefiles.js'
import { type CellXml, odsOf, odsRow, odsText, rowXml, xlsxOf } from '../workbooks.js'

export interface Sample {
  name: string
  bytes: Buffer
}

const SAMPLES = new URL('../samples/', import.meta.url)

const TABLES: Record<string, string[][]> = {
  sites: [
    ['code', 'nom', 'type', 'code_commune', 'lat', 'lng', 'opérateur', 'technologie', 'débit (Mbit/s)'],
    ['S-001', 'École Ibn Sina', 'école', '01.051.01.01', '35.25', '-3.93', 'Maroc Telecom', 'Fibre', '20'],
    ['S-002', 'مدرسة النور, annexe', 'مدرسة', '010510101', '35.26', '-3.94', 'inwi', '4G', '2.5'],
    ['S-003', '"Al Amal"', 'poste', '01.051.01.01', '35.27', '-3.95', '', '', ''],
  ],
  localities: [
    ['id', 'name', 'nom_ar', 'lat', 'lng', 'population', 'commune_code'],
    ['255360', 'Aït Ali', 'آيت علي', '35.1', '-4.1', '120', '01.051.01.01'],
    ['255361', 'Tamassint', '', '35.2', '-4.2', '1 234', ''],
  ],
  plan: [
    ['code', 'name_fr', 'lat', 'lng', 'operator', 'technology', 'target (Mbit/s)', 'promised_by', 'comment'],
    ['P-1', '- Douar', '34.02', '-6.84', 'inwi', '4G', '4', '31/03/2027', 'piste'],
    ['P-2', '+212', '34.03', '-6.85', 'Orange', 'fibre', '20', '2027-06-30', 'x, "y"'],
  ],
  declared: [
    ['lat', 'lng', 'operator', 'technology', 'download (Mbit/s)', 'upload (Mbit/s)', 'date'],
    ['34.02', '-6.84', 'inwi', '4G', '30', '5', '2026-04-01'],
    ['34.03', '-6.85', 'iam', 'FTTH', '100', '', '2026-04-02'],
  ],
  probes: [
    [
      'date',
      'heure',
      'latitude',
      'longitude',
      'operator',
      'technology',
      'download (Mbit/s)',
      'upload (kbit/s)',
      'packet loss (%)',
      'status',
    ],
    ['2026-03-01', '10:00', '34.02', '-6.84', 'inwi', '4G', '12.5', '3250', '0.5', 'ok'],
    ['01/03/2026', '11h30', '34.02', '-6.84', 'inwi', '4G', '', '', '', 'pas de service'],
  ],
}

const csvOf = (rows: readonly string[][]): string =>
  rows
    .map((row) => row.map((cell) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(','))
    .join('\n')

const workbookOf = (rows: readonly string[][]): Buffer =>
  xlsxOf({
    sheets: [
      { name: 'Vieux', state: 'hidden', rows: rowXml(1, ['code']) },
      {
        name: 'Liste',
        rows: rows.map((row, i) => rowXml(i + 1, row.map(numberIfOne))).join(''),
        after: '<mergeCells><mergeCell ref="F2:F3"/></mergeCells>',
      },
    ],
    formats: ['dd/mm/yyyy', '00000'],
  })

/** As a spreadsheet keeps it: whole numbers have the format of codes, days are numbers. */
function numberIfOne(cell: string): CellXml | string {
  if (/^\d{4}-\d\d-\d\d$/.test(cell)) return { value: Date.parse(cell) / 86_400_000 + 25_569, style: 1 }
  if (!/^-?\d+(\.\d+)?$/.test(cell)) return cell
  return { value: Number(cell), style: cell.includes('.') ? 0 : 2 }
}

const RING = [
  [-5.68, 32.93],
  [-5.66, 32.93],
  [-5.66, 32.95],
  [-5.68, 32.93],
]

/** Features with the columns of every list. */
const features = [RING, null].map((ring, i) => ({
  type: 'Feature',
  properties: {
    code: `0${i + 1}`,
    id: `${i}`,
    name_fr: 'Nord',
    commune_code: '01.051.01.01',
    operator: 'inwi',
    technology: '4G',
    download: '30 Mbit/s',
    date: '2026-04-01',
    promised_by: '2027-03-30T23:00:00Z',
  },
  geometry: ring ? { type: 'Polygon', coordinates: [ring] } : { type: 'Point', coordinates: RING[0] },
}))

const KML = `<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>A</name><ExtendedData><Data name="code"><value>01</value></Data></ExtendedData><MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>${RING.map((p) => p.join(',')).join(' ')}</coordinates></LinearRing></outerBoundaryIs></Polygon></MultiGeometry></Placemark></Document></kml>`

const TOPOLOGY = {
  type: 'Topology',
  arcs: [RING],
  objects: {
    a: {
      type: 'GeometryCollection',
      geometries: [{ type: 'Polygon', arcs: [[0]], properties: { code: '01', nom: 'Nord' } }],
    },
  },
}

export async function corpus(): Promise<Sample[]> {
  const tables = Object.entries(TABLES).flatMap(([name, rows]): Sample[] => [
    { name: `${name}.csv`, bytes: Buffer.from(csvOf(rows)) },
    { name: `${name}.xlsx`, bytes: workbookOf(rows) },
    {
      name: `${name}.ods`,
      bytes: odsOf({
        tables: `<table:table table:name="A">${rows.map((row) => odsRow(...row.map(odsText))).join('')}</table:table>`,
      }),
    },
    { name: `${name}.csv.zip`, bytes: zipOf([{ name: `${name}.csv`, text: csvOf(rows) }]) },
    { name: `${name}.csv.gz`, bytes: gzipSync(csvOf(rows)) },
  ])
  const shapes: Sample[] = [
    { name: 'a.geojson', bytes: Buffer.from(JSON.stringify({ type: 'FeatureCollection', features })) },
    { name: 'b.geojsonl', bytes: Buffer.from(features.map((f) => JSON.stringify(f)).join('\n')) },
    { name: 'c.topojson', bytes: Buffer.from(JSON.stringify(TOPOLOGY)) },
    { name: 'd.kml', bytes: Buffer.from(KML) },
    { name: 'e.kmz', bytes: zipOf([{ name: 'doc.kml', text: KML }]) },
    {
      name: 'f.shp.zip',
      bytes: zipOf([
        { name: 'a.shp', text: shpOf(5, [[[...RING].reverse()], [[...RING].reverse()]]) },
        {
          name: 'a.dbf',
          text: dbfOf({ code: 'C', name: 'C', pop_2024: 'N' }, [
            ['01', 'Nord', '12'],
            ['02', 'Sud', '13'],
          ]),
        },
        { name: 'a.prj', text: 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]' },
      ]),
    },
    {
      name: 'g.gpkg',
      bytes: await geoPackageOf({ epsg: 4326, point: [-5.67, 32.94], columns: { code: '01', nom: 'Nord' } }),
    },
  ]
  const results = readdirSync(SAMPLES).map((name) => ({ name, bytes: readFileSync(new URL(name, SAMPLES)) }))
  return [...tables, ...shapes, ...results]
}
