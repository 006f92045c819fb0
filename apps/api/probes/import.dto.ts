import { TECHNOLOGIES, type Technology } from '#domain/probe'
import {
  LOSS_UNITS,
  type LossUnit,
  TOOL_FORMATS,
  type ToolFormat,
  UNIT_NAMES,
  type Unit,
} from '#formats/tools'
import type { ProbeRow } from '#store/probes'
import { Transform, Type } from 'class-transformer'
import {
  IsBoolean,
  IsIn,
  IsISO8601,
  IsNumber,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator'
import { FileOptionsQuery } from '../http/files/file-options.dto.js'
import { IngestAnswer, RejectedProbe } from './probes.dto.js'

const OFFSET = /([Zz]|[+-]\d\d:\d\d)$/

export class ImportQuery extends FileOptionsQuery {
  /** The tool that wrote the file; `auto` finds out. */
  @IsOptional()
  @IsIn(['auto', ...TOOL_FORMATS])
  format?: ToolFormat | 'auto'

  /** The unit of speeds, for tables whose headers name none. */
  @IsOptional()
  @IsIn(UNIT_NAMES)
  unit?: Unit

  /** The unit of packet loss in a table, where neither header nor cells say so. */
  @IsOptional()
  @IsIn(LOSS_UNITS)
  lossUnit?: LossUnit

  /** Code of the site whose line was measured. A device's own is known. */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  site?: string

  @IsOptional()
  @IsString()
  @Length(1, 100)
  operator?: string

  @IsOptional()
  @IsIn(TECHNOLOGIES)
  technology?: Technology

  /** The time of documents that hold none. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @Matches(OFFSET, { message: 'measuredAt must end with its offset, like 2026-03-01T09:30:00Z' })
  measuredAt?: string

  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(-90)
  @Max(90)
  lat?: number

  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(-180)
  @Max(180)
  lng?: number

  /** True writes nothing and tells what would become of the file. */
  @IsOptional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  preview?: boolean
}

export class ImportAnswer extends IngestAnswer {
  /** Notes on what was converted, and on what of the file was not read. */
  notes!: string[]
  /** The detected format of the file; `probe` is our own form. */
  format!: string | null
  /** The unit in which speeds of a table were read. */
  unit!: string | null
}

class ReasonCount {
  reason!: string
  count!: number
}

export class PreviewAnswer {
  /** Notes on what was converted, and on what of the file was not read. */
  notes!: string[]
  format!: string | null
  unit!: string | null
  records!: number
  accepted!: number
  /** The most frequent first, at most 20. */
  reasons!: ReasonCount[]
  /** The first 20. */
  rejected!: RejectedProbe[]
  /** The first 20 probes as they would be written, with the columns' names. */
  sample!: Omit<ProbeRow, 'raw'>[]
}
