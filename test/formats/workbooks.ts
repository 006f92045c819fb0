/** Workbooks for the tests, written as XML: what other programs write and our own writer never would. */
import { zipOf } from './files.js'

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const STRICT = 'http://purl.oclc.org/ooxml/spreadsheetml/main'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

export interface SheetXml {
  name: string
  /** `hidden` or `veryHidden`. */
  state?: string
  /** The `row` elements. */
  rows: string
  /** What follows the rows, such as merged cells. */
  after?: string
}

export interface WorkbookXml {
  sheets: readonly SheetXml[]
  /** Codes of number formats: style n + 1 has the nth. Style 0 is General. */
  formats?: readonly string[]
  date1904?: string
  sharedTexts?: readonly string[]
  /** Each element gets this prefix. */
  prefix?: string
  isStrict?: boolean
}

/** A workbook with these parts. */
export function xlsxOf({
  sheets,
  formats = [],
  date1904,
  sharedTexts = [],
  prefix,
  isStrict,
}: WorkbookXml): Buffer {
  const prefixed = (xml: string) =>
    prefix
      ? xml.replace(/<(\/?)(?=[a-zA-Z])/g, `<$1${prefix}:`).replace(/ xmlns="/, ` xmlns:${prefix}="`)
      : xml
  const xmlns = `xmlns="${isStrict ? STRICT : MAIN}" xmlns:r="${RELATIONS}"`
  const sheetList = sheets.map(
    ({ name, state }, i) =>
      `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"${state ? ` state="${state}"` : ''}/>`,
  )
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`
  const relations = (...all: string[]) =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all.join('')}</Relationships>`
  const numFmts = formats.map((code, i) => `<numFmt numFmtId="${200 + i}" formatCode="${xmlText(code)}"/>`)
  const xfs = ['<xf numFmtId="0"/>', ...formats.map((_, i) => `<xf numFmtId="${200 + i}"/>`)]
  return zipOf([
    {
      name: '[Content_Types].xml',
      text: '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    },
    { name: '_rels/.rels', text: relations(relation('rId1', 'officeDocument', 'xl/workbook.xml')) },
    {
      name: 'xl/workbook.xml',
      text: prefixed(
        `<workbook ${xmlns}>${date1904 ? `<workbookPr date1904="${date1904}"/>` : ''}<sheets>${sheetList.join('')}</sheets></workbook>`,
      ),
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      text: relations(
        ...sheets.map((_, i) => relation(`rId${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`)),
        relation('rIdS', 'styles', 'styles.xml'),
        relation('rIdT', 'sharedStrings', 'sharedStrings.xml'),
      ),
    },
    {
      name: 'xl/styles.xml',
      text: prefixed(
        `<styleSheet ${xmlns}><numFmts>${numFmts.join('')}</numFmts><cellXfs>${xfs.join('')}</cellXfs></styleSheet>`,
      ),
    },
    {
      name: 'xl/sharedStrings.xml',
      text: prefixed(
        `<sst ${xmlns}>${sharedTexts.map((text) => `<si><t>${xmlText(text)}</t></si>`).join('')}</sst>`,
      ),
    },
    ...sheets.map(({ rows, after = '' }, i) => ({
      name: `xl/worksheets/sheet${i + 1}.xml`,
      text: prefixed(`<worksheet ${xmlns}><sheetData>${rows}</sheetData>${after}</worksheet>`),
    })),
  ])
}

const xmlText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

export interface CellXml {
  /** A number, or a text (in line). */
  value?: string | number
  /** Number of the style. */
  style?: number
  /** Type and content as XML, instead of a value. */
  raw?: string
}

/** A row with addresses, from its cells; null leaves a cell out. */
export function rowXml(line: number, cells: readonly (CellXml | string | number | null)[]): string {
  const xml = cells.map((cell, column) =>
    cell === null ? '' : cellXml(`${String.fromCharCode(65 + column)}${line}`, cell),
  )
  return `<row r="${line}">${xml.join('')}</row>`
}

function cellXml(address: string, cell: CellXml | string | number): string {
  const { value, style, raw } =
    typeof cell === 'object' ? cell : { value: cell, style: undefined, raw: undefined }
  const attributes = `r="${address}"${style === undefined ? '' : ` s="${style}"`}`
  if (raw !== undefined) return `<c ${attributes} ${raw}</c>`
  if (typeof value === 'number') return `<c ${attributes}><v>${value}</v></c>`
  return `<c ${attributes} t="inlineStr"><is><t>${xmlText(value ?? '')}</t></is></c>`
}

const OFFICE = 'urn:oasis:names:tc:opendocument:xmlns:'

export interface OdsXml {
  /** Content of `office:spreadsheet`. */
  tables: string
  /** Content of `office:automatic-styles`. */
  styles?: string
  isEncrypted?: boolean
}

/** A spreadsheet of LibreOffice's. */
export function odsOf({ tables, styles = '', isEncrypted = false }: OdsXml): Buffer {
  const namespaces = ['office', 'table', 'text', 'style']
    .map((name) => `xmlns:${name}="${OFFICE}${name}:1.0"`)
    .join(' ')
  return zipOf([
    { name: 'mimetype', text: 'application/vnd.oasis.opendocument.spreadsheet' },
    {
      name: 'META-INF/manifest.xml',
      text: `<manifest:manifest xmlns:manifest="${OFFICE}manifest:1.0">${isEncrypted ? '<manifest:encryption-data/>' : ''}</manifest:manifest>`,
    },
    {
      name: 'content.xml',
      text: `<?xml version="1.0"?><office:document-content ${namespaces}><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:spreadsheet>${tables}</office:spreadsheet></office:body></office:document-content>`,
    },
  ])
}

/** A cell of an .ods with a text. */
export const odsText = (text: string): string =>
  `<table:table-cell office:value-type="string"><text:p>${xmlText(text)}</text:p></table:table-cell>`

export const odsRow = (...cells: string[]): string => `<table:table-row>${cells.join('')}</table:table-row>`
