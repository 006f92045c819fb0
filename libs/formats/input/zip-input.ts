/** Opens what a zip file holds: many formats are zip files, and people zip their files. */
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import type { ZipArchive, ZipEntry } from '../file/zip.js'

export type ZipContent =
  | { kind: 'xlsx' }
  | { kind: 'ods'; content: ZipEntry }
  | {
      kind: 'shapefile'
      shp: ZipEntry
      dbf: ZipEntry | undefined
      prj: ZipEntry | undefined
      cpg: ZipEntry | undefined
    }
  | { kind: 'file'; entry: ZipEntry }

/** Zip files of other programs, by an entry that only they have. */
const UNREAD: readonly (readonly [entry: RegExp, what: string])[] = [
  [/^xl\/workbook\.bin$/i, 'is a binary workbook (.xlsb): save it as .xlsx or CSV'],
  [/^word\//i, 'is a Word document: copy its table into a workbook, or save it as CSV'],
  [/^ppt\//i, 'is a PowerPoint presentation: copy its table into a workbook, or save it as CSV'],
  [/^index\/.*\.iwa$/i, 'is a document of Apple Numbers or Pages: export it as .xlsx or CSV'],
  [/\.gdb\/.*\.gdbtable$/i, 'is an Esri file geodatabase: export the layer as GeoPackage or shapefile'],
]

/** Files that a zip of data has beside its data. */
const BESIDE =
  /(?:^|\/)(?:licen[cs]e|readme|lisez-?moi|copyright|metadata)[^/]*$|\.(?:md|pdf|html?|xml|qmd|qml|sld|png|jpe?g)$/i

const DATA = /\.(?:csv|tsv|txt|json|geojson|topojson|ndjson|jsonl|geojsonl|xlsx|ods|gpkg|kml|gz|zip)$/i

/** Throws `UnreadableFileError` where the archive is nothing that is read, or holds several files. */
export function zipContentOf(archive: ZipArchive, file?: string): ZipContent {
  const { entries } = archive
  if (
    entries.some(({ name }) => /^xl\/.*workbook.*\.xml$/i.test(name)) &&
    archive.find('[Content_Types].xml')
  )
    return { kind: 'xlsx' }
  const unread = UNREAD.find(([entry]) => entries.some(({ name }) => entry.test(name)))
  if (unread) throw new UnreadableFileError(`the file ${unread[1]}`, file)
  const mediaType = archive.find('mimetype')
  if (mediaType) return openDocumentOf(archive, mediaType, file)
  return shapefileOf(archive, file) ?? singleFileOf(archive, file)
}

function openDocumentOf(archive: ZipArchive, mediaType: ZipEntry, file?: string): ZipContent {
  const type = archive.read(mediaType).toString('latin1').trim()
  if (!type.endsWith('.spreadsheet') && !type.endsWith('.spreadsheet-template'))
    throw new UnreadableFileError(
      `the file is no spreadsheet but ${type.slice(0, 80)}: save its table as CSV`,
      file,
    )
  const manifest = archive.find('META-INF/manifest.xml')
  if (manifest && archive.read(manifest).includes('encryption-data'))
    throw new UnreadableFileError(
      'the spreadsheet has a password: save it without one and send it again',
      file,
    )
  const content = archive.find('content.xml')
  if (!content) throw new UnreadableFileError('the .ods spreadsheet is damaged: it has no content', file)
  return { kind: 'ods', content }
}

function shapefileOf({ entries }: ZipArchive, file?: string): ZipContent | null {
  const shapes = entries.filter(({ name }) => /\.shp$/i.test(name))
  const [shp] = shapes
  if (!shp) return null
  if (shapes.length > 1) throw severalError(shapes, 'shapefiles', file)
  const base = shp.name.slice(0, -4).toLowerCase()
  const part = (extension: string) =>
    entries.find(({ name }) => name.toLowerCase() === `${base}.${extension}`)
  return { kind: 'shapefile', shp, dbf: part('dbf'), prj: part('prj'), cpg: part('cpg') }
}

function singleFileOf({ entries }: ZipArchive, file?: string): ZipContent {
  const files = entries.filter(({ name }) => !BESIDE.test(name))
  const data = files.length === 1 ? files : files.filter(({ name }) => DATA.test(name))
  // A .kmz has pictures and further files beside the one that it opens with.
  const [entry] = data.filter(({ name }) => name.toLowerCase() === 'doc.kml').concat(data)
  if (!entry) {
    const names = entries.map(({ name }) => name).slice(0, 5)
    throw new UnreadableFileError(
      `the zip file holds nothing that is read (${names.join(', ').slice(0, 200) || 'it is empty'}): CSV, XLSX, ODS, GeoJSON, GeoPackage, a shapefile or KML is needed`,
      file,
    )
  }
  if (data.length > 1 && entry.name.toLowerCase() !== 'doc.kml') throw severalError(data, 'files', file)
  return { kind: 'file', entry }
}

function severalError(entries: readonly ZipEntry[], what: string, file?: string): UnreadableFileError {
  const names = entries.map(({ name }) => name).slice(0, 5)
  const text = `the zip file holds ${entries.length} ${what} (${names.join(', ').slice(0, 200)}): send them one by one`
  return new UnreadableFileError(text, file)
}
