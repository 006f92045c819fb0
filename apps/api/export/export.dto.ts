import { EXPORT_FORMATS, type ExportFormat } from '#formats/export'
import { MAX_FILTER_LENGTH } from '#formats/filter'
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator'
import { RunChoice } from '../runs/runs.dto.js'

export class ExportQuery extends RunChoice {
  /** CQL2 text over the collection's queryables: only the rows for which it holds. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_FILTER_LENGTH)
  filter?: string
}

export class PackageQuery extends ExportQuery {
  /** Of the file that is described; `csv` where none is named. */
  @IsOptional()
  @IsIn(Object.keys(EXPORT_FORMATS))
  format?: ExportFormat
}
