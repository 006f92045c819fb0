/** The parts of an .xlsx around its sheets: their names and files, the date system, styles and shared texts. */
import { readXml } from '../../file/xml.js'
import type { ZipArchive, ZipEntry } from '../../file/zip.js'
import { WorkbookTooLargeError } from '../workbook-too-large-error.js'
import { type NumberFormat, numberFormatOf } from './number-format.js'

export interface SheetPart {
  name: string
  isHidden: boolean
  entry: ZipEntry
}

export interface Workbook {
  sheets: SheetPart[]
  is1904: boolean
  /** Formats, by the number of a cell's style. */
  formats: NumberFormat[]
  sharedTexts: string[]
}

/** A workbook with more texts, or more text, than this is refused: it would not fit beside everything else. */
const MAX_SHARED_TEXTS = 1_000_000
const MAX_SHARED_CHARS = 64 * 1024 * 1024
/** Excel has a limit of 65,490 styles. */
const MAX_STYLES = 70_000

/** Throws `XmlError`, `UnreadableFileError` or `WorkbookTooLargeError`; null where a part is missing. */
export async function readWorkbook(archive: ZipArchive): Promise<Workbook | null> {
  const path = await workbookPath(archive)
  const entry = archive.find(path)
  if (!entry) return null
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const related = await relationsOf(archive, `${folder}_rels/${path.slice(folder.length)}.rels`)
  const partOf = (relation: Relation | undefined) =>
    relation && archive.find(relation.target.startsWith('/') ? relation.target : folder + relation.target)
  const partOfType = (type: string) =>
    partOf([...related.values()].find((relation) => relation.type === type))
  const { sheets, is1904 } = await sheetsOf(archive, entry)
  return {
    is1904,
    sheets: sheets.flatMap(({ id, ...sheet }) => {
      const part = related.get(id)?.type === 'worksheet' ? partOf(related.get(id)) : undefined
      return part ? [{ ...sheet, entry: part }] : []
    }),
    formats: await formatsOf(archive, partOfType('styles')),
    sharedTexts: await sharedTextsOf(archive, partOfType('sharedStrings')),
  }
}

interface Relation {
  /** The last word of the type's address, which is the same in transitional and strict workbooks. */
  type: string
  target: string
}

async function relationsOf(archive: ZipArchive, path: string): Promise<Map<string, Relation>> {
  const entry = archive.find(path)
  const relations = new Map<string, Relation>()
  if (entry)
    await readXml([archive.read(entry)], {
      open(name, { Id = '', Type = '', Target = '' }) {
        if (name === 'Relationship')
          relations.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), target: Target })
      },
    })
  return relations
}

async function workbookPath(archive: ZipArchive): Promise<string> {
  const root = [...(await relationsOf(archive, '_rels/.rels')).values()]
  const target = root.find(({ type }) => type === 'officeDocument')?.target ?? 'xl/workbook.xml'
  return target.replace(/^\//, '')
}

async function sheetsOf(archive: ZipArchive, entry: ZipEntry) {
  const sheets: { id: string; name: string; isHidden: boolean }[] = []
  let is1904 = false
  await readXml([archive.read(entry)], {
    open(element, { date1904, name = '', state = 'visible', id = '' }) {
      if (element === 'workbookPr') is1904 = date1904 === '1' || date1904 === 'true'
      if (element === 'sheet') sheets.push({ id, name, isHidden: state !== 'visible' })
    },
  })
  return { sheets, is1904 }
}

async function formatsOf(archive: ZipArchive, entry: ZipEntry | undefined): Promise<NumberFormat[]> {
  const codes = new Map<number, string>()
  const formats: NumberFormat[] = []
  let isCellStyle = false
  if (!entry) return formats
  await readXml([archive.read(entry)], {
    open(name, { numFmtId = '0', formatCode }) {
      if (name === 'numFmt' && formatCode !== undefined) codes.set(Number(numFmtId), formatCode)
      if (name === 'cellXfs') isCellStyle = true
      if (name === 'xf' && isCellStyle && formats.length < MAX_STYLES)
        formats.push(numberFormatOf(Number(numFmtId), codes.get(Number(numFmtId))))
    },
    close(name) {
      if (name === 'cellXfs') isCellStyle = false
    },
  })
  return formats
}

async function sharedTextsOf(archive: ZipArchive, entry: ZipEntry | undefined): Promise<string[]> {
  const texts: string[] = []
  if (!entry) return texts
  const text = richTextReader()
  let chars = 0
  await readXml(archive.stream(entry), {
    open: (name) => (name === 'si' ? text.begin() : text.open(name)),
    text: (piece) => text.add(piece),
    close(name) {
      if (name !== 'si') return text.close(name)
      const whole = text.take()
      chars += whole.length
      texts.push(whole)
      if (texts.length > MAX_SHARED_TEXTS || chars > MAX_SHARED_CHARS)
        throw new WorkbookTooLargeError('holds more than a million texts, or 64 MiB of them')
    },
  })
  return texts
}

/** A text of one or more runs (`t`), without the phonetic hints (`rPh`) beside it. */
export function richTextReader() {
  let whole = ''
  let isText = false
  let isHint = false
  return {
    begin() {
      whole = ''
    },
    open(name: string) {
      if (name === 'rPh') isHint = true
      if (name === 't') isText = !isHint
    },
    add(piece: string) {
      if (isText) whole += piece
    },
    close(name: string) {
      if (name === 'rPh') isHint = false
      if (name === 't') isText = false
    },
    take: () => unescapedText(whole),
  }
}

/** Characters that XML cannot hold are written as `_x000D_` (18.4.12 of ECMA-376-1). */
export const unescapedText = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    : text
