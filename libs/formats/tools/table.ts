/** Results as a table: RMBT's open data, LibreSpeed's telemetry, and lists of one's own in French, Arabic or English. */
import type { Outcome } from '#domain/probe'
import { columnsOf } from '../fields/headers.js'
import { numberOf } from '../fields/number.js'
import { speedOf, speedUnitOf } from '../fields/speed.js'
import { technologyOf } from '../fields/technology.js'
import { UnreadableResultError, type ProbeDraft, ImportQuestion, type ToolFormat } from './draft.js'
import { parseLocalTime } from './local-time.js'

/** For each field the names of its column, the best first. A speed's unit is in its header, its cells or `unit`. */
const COLUMNS = {
  id: ['id', 'uuid', 'test id', 'open_test_uuid', 'identifiant', 'المعرف'],
  measuredAt: [
    'measured_at',
    'time_utc',
    'timestamp',
    'datetime',
    'date time',
    'date et heure',
    'date heure',
    'horodatage',
    'التاريخ والساعة',
    'تاريخ القياس',
    'date',
    'date de mesure',
    'time',
    'التاريخ',
  ],
  hour: ['heure', 'hour', 'heure de mesure', 'الساعة', 'time of day', 'time'],
  lat: ['lat', 'latitude', 'خط العرض'],
  lng: ['lng', 'lon', 'long', 'longitude', 'خط الطول'],
  accuracyM: ['accuracy_m', 'loc_accuracy', 'accuracy', 'precision', 'precision m', 'الدقة'],
  operator: [
    'operator',
    'operateur',
    'fai',
    'isp',
    'network_name',
    'provider',
    'المشغل',
    'المتعهد',
    'network_mcc_mnc',
  ],
  technology: [
    'technology',
    'technologie',
    'cat_technology',
    'network type',
    'type de reseau',
    'التكنولوجيا',
    'التقنية',
  ],
  outcome: ['outcome', 'status', 'statut', 'etat', 'resultat', 'النتيجة', 'الحالة'],
  download: [
    'download',
    'download_bps',
    'down',
    'dl',
    'debit descendant',
    'descendant',
    'debit de telechargement',
    'telechargement',
    'vitesse de telechargement',
    'reception',
    'سرعة التنزيل',
    'صبيب التنزيل',
    'التنزيل',
    'سرعة التحميل',
  ],
  upload: [
    'upload',
    'upload_bps',
    'up',
    'ul',
    'debit montant',
    'montant',
    'debit d envoi',
    'envoi',
    'emission',
    'سرعة الرفع',
    'صبيب الرفع',
    'الرفع',
  ],
  latency: [
    'latency',
    'latency_ms',
    'ping',
    'ping_ms',
    'rtt',
    'latence',
    'latence ms',
    'latency ms',
    'ping ms',
    'زمن الاستجابة',
    'الكمون',
  ],
  jitter: ['jitter', 'jitter_ms', 'jitter ms', 'gigue', 'gigue ms', 'التذبذب'],
  loss: ['loss_ratio', 'packet_loss', 'loss', 'perte', 'perte de paquets', 'taux de perte', 'فقدان الحزم'],
  signal: ['signal_dbm', 'signal_strength', 'lte_rsrp', 'signal', 'rsrp', 'قوة الإشارة'],
  tool: ['tool', 'outil', 'الأداة'],
  ip: ['ip', 'ip_address', 'adresse ip'],
} as const
type Field = keyof typeof COLUMNS

/** Speeds of a table whose format says their unit. */
const FIXED_UNIT_FACTORS: Partial<Record<ToolFormat, number>> = { librespeed: 1e6 }

export interface ResultTable {
  format: ToolFormat
  /** `in the headers`, or the unit that holds for all speeds, for the preview. */
  unit: string
  read: (cells: readonly string[]) => ProbeDraft
  /** The row as it stands in the file. */
  raw: (cells: readonly string[]) => Record<string, string>
}

const UNITS = { 'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9 } as const
export const UNIT_NAMES = Object.keys(UNITS) as Unit[]
export type Unit = keyof typeof UNITS

/** Null where the row cannot be the header: no speed and no outcome stands in it, or no time. */
export function resultTableOf(
  headers: readonly string[],
  wanted: ToolFormat | null,
  unit: Unit | null,
): ResultTable | null {
  const columns = columnsOf(headers, COLUMNS) as Partial<Record<Field, number>>
  const says = columns.download !== undefined || columns.upload !== undefined || columns.outcome !== undefined
  if (!says) return null
  const format = wanted ?? formatOf(headers)
  const units = { download: factorOf('download'), upload: factorOf('upload') }
  function factorOf(field: 'download' | 'upload'): number | null {
    const column = columns[field]
    if (column === undefined) return null
    if (unit !== null) return UNITS[unit]
    const own = FIXED_UNIT_FACTORS[format] ?? speedUnitOf(headers[column]!)
    if (own === 'octets')
      throw new ImportQuestion(
        `Is the column “${headers[column]}” in bits or in octets (bytes) a second? Say unit=Mbit/s if it is bits.`,
      )
    return own
  }
  const cell = (cells: readonly string[], field: Field) =>
    columns[field] === undefined ? '' : (cells[columns[field]] ?? '').trim()
  const header = (field: Field) => headers[columns[field] ?? -1] ?? field
  const number = (cells: readonly string[], field: Field): number | null => {
    const text = cell(cells, field)
    if (text === '') return null
    const value = numberOf(text)
    if (value === null) throw cellError(header(field), text, 'is not a number')
    return value
  }
  const speed = (cells: readonly string[], field: 'download' | 'upload'): number | null => {
    const text = cell(cells, field)
    if (text === '') return null
    const factor = units[field]
    const value = factor === null ? null : numberOf(text)
    if (value !== null && factor !== null) return Math.round(value * factor)
    const parsed = speedOf(text, header(field))
    if ('value' in parsed) return parsed.value
    if (/^[-+\d.,\s]+$/u.test(text) && factor === null)
      throw new ImportQuestion(
        `In which unit is the column “${header(field)}”? Say unit=Mbit/s, unit=kbit/s or unit=bit/s.`,
      )
    throw cellError(header(field), text, parsed.reason)
  }
  return {
    format,
    unit: unit ?? (FIXED_UNIT_FACTORS[format] ? 'Mbit/s' : 'as the headers say'),
    raw(cells) {
      const row: Record<string, string> = {}
      for (const [i, name] of headers.entries()) if (cells[i]) row[name] = cells[i]
      return row
    },
    read(cells) {
      const [downloadBps, uploadBps] = [speed(cells, 'download'), speed(cells, 'upload')]
      const lossText = cell(cells, 'loss')
      const loss = lossText.endsWith('%') ? numberOf(lossText.slice(0, -1)) : number(cells, 'loss')
      const isPercent = lossText.endsWith('%') || /%|percent|pourcent/i.test(header('loss'))
      const [lat, lng] = [number(cells, 'lat'), number(cells, 'lng')]
      const address = cell(cells, 'ip')
      const id = idOf(cell(cells, 'id'))
      return {
        ...(id && { id }),
        tool: cell(cells, 'tool') || format,
        measuredAt: timeOf(cells),
        outcome: outcomeOf(cell(cells, 'outcome'), downloadBps ?? uploadBps),
        ...(lat !== null && { lat }),
        ...(lng !== null && { lng }),
        accuracyM: number(cells, 'accuracyM'),
        operator: cell(cells, 'operator') || null,
        technology: technology(cell(cells, 'technology')),
        downloadBps,
        uploadBps,
        latencyMs: number(cells, 'latency'),
        jitterMs: number(cells, 'jitter'),
        lossRatio: loss === null ? null : isPercent ? loss / 100 : loss,
        signalDbm: number(cells, 'signal'),
        ...(address !== '' && { clientAddress: address }),
      }
    },
  }
  function timeOf(cells: readonly string[]): string | null {
    const text = [cell(cells, 'measuredAt'), cell(cells, 'hour')].filter((part) => part !== '').join(' ')
    if (text === '') return null
    const isUtc = format === 'rmbt' || /utc/i.test(header('measuredAt'))
    const time = parseLocalTime(text, isUtc)
    if (time === null) throw cellError(header('measuredAt'), text, 'is not a time such as 2026-03-01 09:30')
    return time
  }
  function technology(text: string): ProbeDraft['technology'] {
    if (text === '') return null
    const known = technologyOf(text)
    if (known !== null) return known as ProbeDraft['technology']
    // A word that names no access technology (“WLAN”, “LAN”) says nothing of the network.
    if (format === 'rmbt') return null
    throw cellError(header('technology'), text, 'is no technology that is known')
  }
}

/** RMBT and LibreSpeed by the columns that only they have. */
function formatOf(headers: readonly string[]): ToolFormat {
  if (headers.includes('open_test_uuid') || headers.includes('download_kbit')) return 'rmbt'
  const isTelemetry = ['dl', 'ul', 'ispinfo'].every((name) => headers.includes(name))
  return isTelemetry ? 'librespeed' : 'csv'
}

const cellError = (header: string, text: string, reason: string) =>
  new UnreadableResultError(header, `${header} “${text.slice(0, 80)}”: ${reason}`)

/** RMBT writes an O before its UUIDs. */
const idOf = (text: string): string | null =>
  /^O?([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/i
    .exec(text)?.[1]
    ?.toLowerCase() ?? null

const NO_SERVICE =
  /no.?service|pas de (service|reseau|réseau|couverture)|aucun (service|réseau|reseau)|لا (توجد )?(خدمة|شبكة|تغطية)/iu
const FAILED = /fail|échec|echec|erreur|error|abandon|فشل|خطأ/iu

function outcomeOf(text: string, bps: number | null): Outcome {
  if (NO_SERVICE.test(text)) return 'no_service'
  if (FAILED.test(text)) return 'failed'
  return bps === null ? 'failed' : 'ok'
}
