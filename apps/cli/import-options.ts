/** The options of `import`, as the readers of files take them. */
import { TECHNOLOGIES } from '#domain/probe'
import { parseInstant } from '#formats/civil-time'
import type { DecimalMark } from '#formats/fields'
import { type Crs, CRS_EXAMPLES, crsOf } from '#formats/geometry'
import { LOSS_UNITS, TOOL_FORMATS, UNIT_NAMES } from '#formats/tools'
import type { ImportOptions as ResultsImportOptions } from '#ingest'
import { findSite } from '#store/sites'
import type { DataSource } from 'typeorm'
import { CommandError, type Output, UsageError } from './output.js'

export interface ImportOptions {
  source: DataSource
  file: string
  author: string
  output: Output
  vintage?: string | undefined
  site?: string | undefined
  operator?: string | undefined
  date?: string | undefined
  format?: string | undefined
  unit?: string | undefined
  lossUnit?: string | undefined
  decimal?: string | undefined
  crs?: string | undefined
  sheet?: string | undefined
  measuredAt?: string | undefined
  technology?: string | undefined
  preview?: boolean | undefined
}

export function crsOption(text: string | undefined): Crs | undefined {
  if (text === undefined) return undefined
  const crs = crsOf(text)
  if (!crs) throw new UsageError(`--crs is "${text}": expected a system such as ${CRS_EXAMPLES}`)
  return crs
}

export const decimalOption = (text: string | undefined): DecimalMark | undefined =>
  oneOf('decimal', text, ['comma', 'point'] as const) ?? undefined

/** The value of an option that has only a few; null where it was not given. */
function oneOf<T extends string>(name: string, value: string | undefined, allowed: readonly T[]): T | null {
  if (value === undefined) return null
  if (!allowed.includes(value as T))
    throw new UsageError(`--${name} is "${value}": one of ${allowed.join(', ')}`)
  return value as T
}

export function formatOptionsOf(options: ImportOptions) {
  const { format, unit, lossUnit, decimal, crs, sheet, measuredAt } = options
  const instant = measuredAt === undefined ? undefined : parseInstant(measuredAt, 'local')
  if (instant && 'reason' in instant)
    throw new UsageError(`--measured-at is "${measuredAt}": a time such as 2026-03-01T09:30:00Z is needed`)
  const technology = oneOf('technology', options.technology, TECHNOLOGIES)
  return {
    format: oneOf('format', format === 'auto' ? undefined : format, TOOL_FORMATS),
    unit: oneOf('unit', unit, UNIT_NAMES),
    lossUnit: oneOf('loss-unit', lossUnit, LOSS_UNITS) ?? undefined,
    decimal: decimalOption(decimal),
    crs: crsOption(crs),
    sheet,
    measuredAt: instant?.value,
    ...(technology && { technology }),
  }
}

export async function deviceOptionsOf({
  source,
  site,
  operator,
}: ImportOptions): Promise<Pick<ResultsImportOptions, 'device' | 'operator' | 'technology'>> {
  if (site === undefined) return { device: null, operator }
  const place = await findSite(source.manager, site)
  if (!place) throw new CommandError(`no site has the code "${site}"`)
  return {
    device: { id: null, siteCode: place.code, lat: place.lat, lng: place.lng },
    operator: operator ?? place.operator,
    technology: place.technology,
  }
}
