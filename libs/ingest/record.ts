/** From one document to a row of `probe`, or to the reason why it is none. */
import { operatorOf } from '#domain/operator'
import {
  type Bounds,
  type ProbeInput,
  type Rejection,
  correctedTime,
  flagsOf,
  isCounted,
  rejectionOf,
} from '#domain/probe'
import { cellAt, cellToSql } from '#geo'
import type { Device } from '#store/people'
import type { ProbeRow } from '#store/probes'
import { type ValidationError, validateSync } from 'class-validator'
import { ProbeDto } from './probe-dto.js'
import { isFastPathValid } from './well-formed.js'

/** A probe's own document may be this long, in characters of JSON. */
const MAX_RAW_CHARS = 65_536

export interface JudgeContext {
  /** Null for a file brought by a person: then every probe needs its own position. */
  device: Device | null
  bounds: Bounds
  /** Milliseconds since 1970. */
  now: number
  /** How long a tool's document may be, where not as a device's. */
  maxRawChars?: number
}

export type JudgedRecord = { row: ProbeRow } | { rejection: Rejection }

export function judgeRecord(document: unknown, context: JudgeContext): JudgedRecord {
  try {
    return judgeDocument(document, context)
  } catch (error) {
    // What JSON.parse reads without recursion, JSON.stringify and the validator may not.
    if (error instanceof RangeError)
      return { rejection: { field: '', reason: 'the record is nested too deeply' } }
    throw error
  }
}

function judgeDocument(document: unknown, context: JudgeContext): JudgedRecord {
  const malformed = formRejectionOf(document)
  if (malformed) return { rejection: malformed }
  const probe = document as ProbeInput
  const raw = probe.raw == null ? null : JSON.stringify(probe.raw)
  const { maxRawChars: maxRaw = MAX_RAW_CHARS } = context
  if (raw !== null && raw.length > maxRaw)
    return { rejection: { field: 'raw', reason: `raw is longer than ${maxRaw} characters` } }
  const position = positionOf(probe, context)
  if ('reason' in position) return { rejection: position }
  const measuredAt = correctedTime(probe, context.now) ?? probe.measuredAt
  const rejection = rejectionOf({ ...probe, measuredAt, ...position }, context.now, context.bounds)
  return rejection ? { rejection } : { row: rowOf(probe, raw, measuredAt, position, context) }
}

const DTO_KEYS = [
  'id',
  'measuredAt',
  'lat',
  'lng',
  'accuracyM',
  'technology',
  'operator',
  'outcome',
  'downloadBps',
  'uploadBps',
  'latencyMs',
  'jitterMs',
  'lossRatio',
  'signalDbm',
  'tool',
  'raw',
  'sentAt',
  'ageMs',
  'downloadBytes',
  'uploadBytes',
  'downloadMs',
  'uploadMs',
  'clientAddress',
  'downloadTest',
  'uploadTest',
] as const satisfies readonly (keyof ProbeInput)[]

function formRejectionOf(document: unknown): Rejection | null {
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return { field: '', reason: 'a probe must be a JSON object' }
  const given = document as Record<string, unknown>
  return isFastPathValid(given) ? null : validatorRejectionOf(given)
}

/** The validator's first fault; what stands in the fields is what it is about to judge. */
function validatorRejectionOf(given: Record<string, unknown>): Rejection | null {
  const dto = new ProbeDto()
  const fields = dto as unknown as Record<string, unknown>
  for (const key of DTO_KEYS) fields[key] = given[key]
  const [error] = validateSync(dto, { stopAtFirstError: true, forbidUnknownValues: false })
  return error ? { field: error.property, reason: validationReasonOf(error) } : null
}

/** The validator's words, and the value in question. */
function validationReasonOf(error: ValidationError): string {
  const words = Object.values(error.constraints ?? {})[0] ?? `${error.property} is wrong`
  return `${words}; it is ${shortValueText(error.value)}`
}

function shortValueText(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

function positionOf(probe: ProbeInput, { device }: JudgeContext): { lat: number; lng: number } | Rejection {
  const { lat, lng } = probe
  if (lat != null && lng != null) return { lat, lng }
  const missing = lat == null ? 'lat' : 'lng'
  if ((lat == null) !== (lng == null))
    return { field: missing, reason: `${missing} is missing beside the other` }
  return device ?? { field: 'lat', reason: 'lat and lng are missing, and no site gives them' }
}

function rowOf(
  probe: ProbeInput,
  raw: string | null,
  measuredAt: string,
  { lat, lng }: { lat: number; lng: number },
  { device }: JudgeContext,
): ProbeRow {
  const flags = flagsOf(probe, device)
  const isCorrected = measuredAt !== probe.measuredAt
  if (isCorrected) flags.push('clock_corrected')
  return {
    cell: cellToSql(cellAt(lat, lng)),
    measured_at: new Date(measuredAt).toISOString(),
    id: probe.id.toLowerCase(),
    device_id: device?.id ?? null,
    site_code: device?.siteCode ?? null,
    lat,
    lng,
    accuracy_m: probe.accuracyM ?? null,
    technology: probe.technology ?? null,
    operator: operatorOf(probe.operator),
    outcome: probe.outcome,
    download_bps: roundedOrNull(probe.downloadBps),
    upload_bps: roundedOrNull(probe.uploadBps),
    latency_ms: probe.latencyMs ?? null,
    jitter_ms: probe.jitterMs ?? null,
    loss_ratio: probe.lossRatio ?? null,
    signal_dbm: probe.signalDbm ?? null,
    tool: probe.tool ?? null,
    flags,
    counted: isCounted(flags),
    raw,
    device_measured_at: isCorrected ? new Date(probe.measuredAt).toISOString() : null,
    download_test: probe.downloadTest ?? null,
    upload_test: probe.uploadTest ?? null,
  }
}

const roundedOrNull = (value: number | null | undefined) => (value == null ? null : Math.round(value))
