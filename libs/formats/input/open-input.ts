/** Opens a file for whatever it is: containers are unpacked, and what is not read is named. */
import { type ByteSource, openBytes, readAllBytes } from '../file/byte-source.js'
import { encodingOf, fileKindOf, unreadKindOf } from '../file/file-kind.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { XmlError } from '../file/xml.js'
import { ZipArchive } from '../file/zip.js'
import { crsOfWkt, type Crs } from '../geometry/crs.js'
import { convertedFeatures, type FeatureFile } from '../geometry/geojson.js'
import { featuresOfGeoPackage } from '../geometry/geopackage.js'
import { featuresOfKml } from '../geometry/kml.js'
import { ShapefileError, featuresOfShapefile } from '../geometry/shapefile.js'
import { csvRows } from '../tables/csv.js'
import type { Table } from '../tables/table.js'
import { textOf } from '../tables/text.js'
import { odsTable, xlsxTable } from './workbook-input.js'
import { type ZipContent, zipContentOf } from './zip-input.js'

export type Input =
  | { kind: 'empty' }
  | { kind: 'table'; table: Table }
  | ({ kind: 'features'; what: string } & FeatureFile)
  /** A file of a kind that only its reader can tell; `text` decodes UTF-16, too. */
  | { kind: 'json'; chunks: AsyncIterable<Uint8Array>; encoding: ReturnType<typeof encodingOf> }

export interface InputOptions {
  /** The file's name, for messages. */
  name?: string | undefined
  /** The reference system of a shapefile that does not name its own. */
  crs?: Crs | undefined
}

const MAX_ZIP_BYTES = 50 * 1024 * 1024
const MAX_BINARY_BYTES = 256 * 1024 * 1024
/** A zip in a zip is unpacked, one in that is not. */
const MAX_ZIP_LEVELS = 2

/** Throws `UnreadableFileError` for a file that is not read, saying what it is and what to do. */
export async function openInput(source: ByteSource, options: InputOptions = {}): Promise<Input> {
  return openLevel(source, options, 0)
}

async function openLevel(source: ByteSource, options: InputOptions, level: number): Promise<Input> {
  const { name } = options
  const { head, chunks } = await openBytes(source, name)
  const unread = unreadKindOf(head)
  if (unread) throw new UnreadableFileError(`the file is ${unread}`, name)
  switch (fileKindOf(head)) {
    case 'empty':
      if (level > 0) throw new UnreadableFileError('the zip file holds an empty file', name)
      return { kind: 'empty' }
    case 'zip':
      return openZip(chunks, options, level)
    case 'ole':
      throw await oldOfficeError(chunks, name)
    case 'sqlite': {
      const bytes = await readAllBytes(chunks, {
        maxBytes: MAX_BINARY_BYTES,
        tooLargeError: () => tooLarge(256, name),
      })
      return { kind: 'features', what: 'the GeoPackage', ...(await featuresOfGeoPackage(bytes, name)) }
    }
    case 'html':
      throw new UnreadableFileError(
        'the file is a web page (HTML), whatever its name says: open it in a spreadsheet and save it as .xlsx or CSV',
        name,
      )
    case 'xml':
      return openXml(head, chunks, name)
    case 'json':
      return { kind: 'json', chunks, encoding: encodingOf(head) }
    case 'text':
      if (isBinary(head))
        throw new UnreadableFileError(`the file is no text and of no kind that is read: ${READ}`, name)
      return {
        kind: 'table',
        table: {
          notes: [],
          sheets: [{ name: null, rows: (isHeader) => csvRows(textOf(chunks, head, name), name, isHeader) }],
        },
      }
  }
}

const READ = 'CSV, XLSX, ODS, GeoJSON, GeoPackage, a zipped shapefile or KML is needed'

const tooLarge = (mebibytes: number, name?: string): UnreadableFileError =>
  new UnreadableFileError(`the file is larger than ${mebibytes} MiB`, name)

/** A text has hardly any control characters; one in sixteen is none. */
function isBinary(head: Uint8Array): boolean {
  if (encodingOf(head) !== 'utf-8') return false
  const controls = head.reduce(
    (sum, byte) => sum + Number(byte < 9 || (byte > 13 && byte < 32 && byte !== 0x1e)),
    0,
  )
  return controls * 16 > head.length
}

async function openZip(
  chunks: AsyncIterable<Uint8Array>,
  options: InputOptions,
  level: number,
): Promise<Input> {
  const { name } = options
  const tooLargeError = () =>
    new UnreadableFileError('the workbook or zip file is larger than 50 MiB: save its table as CSV', name)
  const bytes = await readAllBytes(chunks, { maxBytes: MAX_ZIP_BYTES, tooLargeError })
  const archive = ZipArchive.open(bytes, name)
  const content = zipContentOf(archive, name)
  switch (content.kind) {
    case 'xlsx':
      return { kind: 'table', table: await xlsxTable(archive, name) }
    case 'ods':
      return { kind: 'table', table: await odsTable(archive, content.content, name) }
    case 'shapefile':
      return {
        kind: 'features',
        what: 'the zipped shapefile',
        ...(await openShapefile(archive, content, options)),
      }
    case 'file':
      if (level + 1 >= MAX_ZIP_LEVELS)
        throw new UnreadableFileError('the zip file holds zip files within one another: unpack it', name)
      return openLevel(archive.stream(content.entry), options, level + 1)
  }
}

async function openShapefile(
  archive: ZipArchive,
  { shp, dbf, prj, cpg }: ZipContent & { kind: 'shapefile' },
  { name, crs: chosenCrs }: InputOptions,
): Promise<FeatureFile> {
  const wkt = prj && crsOfWkt(archive.read(prj).toString('utf8'))
  if (wkt && 'name' in wkt)
    throw new UnreadableFileError(
      `the coordinates of the shapefile are in ${wkt.name}, which is not known here: export it in WGS 84 (EPSG:4326)`,
      name,
    )
  try {
    const features = featuresOfShapefile(
      archive.read(shp),
      dbf ? archive.read(dbf) : null,
      cpg ? archive.read(cpg).toString('latin1') : null,
    )
    const crs = wkt?.crs ?? chosenCrs
    return crs?.definition ? await convertedFeatures(features, crs) : { features, notes: [] }
  } catch (cause) {
    if (cause instanceof ShapefileError)
      throw new UnreadableFileError(`the shapefile cannot be read: ${cause.message}`, name, { cause })
    throw cause
  }
}

/** Markup that is not read, by its first element. */
const UNREAD_XML: readonly (readonly [element: RegExp, what: string])[] = [
  [/<gpx\b/i, 'a GPX file: export its points as GeoJSON or CSV'],
  [/<(?:\w+:)?Workbook\b/, 'an “XML Spreadsheet 2003”: save it as .xlsx or CSV'],
  [/<(?:gml|wfs):|<(?:\w+:)?FeatureCollection\b/, 'GML: export it as GeoPackage or GeoJSON'],
  [/<svg\b/i, 'a picture (SVG)'],
  [/<office:document\b/, 'a flat OpenDocument file: save it as .ods, .xlsx or CSV'],
]

async function openXml(head: Uint8Array, chunks: AsyncIterable<Uint8Array>, name?: string): Promise<Input> {
  const begin = new TextDecoder(encodingOf(head)).decode(head)
  if (!/<(?:\w+:)?kml\b/i.test(begin)) {
    const [, what] = UNREAD_XML.find(([element]) => element.test(begin)) ?? []
    throw new UnreadableFileError(`the file is ${what ?? `XML of an unknown kind: ${READ}`}`, name)
  }
  const bytes = await readAllBytes(chunks, {
    maxBytes: MAX_BINARY_BYTES,
    tooLargeError: () => tooLarge(256, name),
  })
  try {
    return { kind: 'features', what: 'the KML', features: await featuresOfKml(bytes), notes: [] }
  } catch (cause) {
    if (cause instanceof XmlError)
      throw new UnreadableFileError(`the KML is damaged (${cause.message.slice(0, 100)})`, name, { cause })
    throw cause
  }
}

/** The container of old Office files also holds new ones that have a password. */
async function oldOfficeError(
  chunks: AsyncIterable<Uint8Array>,
  name?: string,
): Promise<UnreadableFileError> {
  const bytes = await readAllBytes(chunks, {
    maxBytes: MAX_ZIP_BYTES,
    tooLargeError: () => tooLarge(50, name),
  })
  const holds = (stream: string) => bytes.includes(Buffer.from(stream, 'utf16le'))
  if (holds('EncryptedPackage'))
    return new UnreadableFileError(
      'the workbook has a password (or is an old .xls): save it without a password as .xlsx and send it again',
      name,
    )
  if (holds('WordDocument'))
    return new UnreadableFileError('the file is a Word document: save its table as CSV', name)
  return new UnreadableFileError('.xls is not read: save it as .xlsx or CSV', name, { code: 'old_office' })
}
