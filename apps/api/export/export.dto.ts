import { EXPORT_FORMATS, type ExportFormat } from '#formats/export'
import { MAX_FILTER_LENGTH } from '#formats/filter'
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator'
import { IsBooleanQuery } from '../http/boolean-query.js'
import { RunChoice } from '../runs/runs.dto.js'

export class ExportQuery extends RunChoice {
  /** A CQL2 text filter over the collection's queryables: only the rows for which it is true. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_FILTER_LENGTH)
  filter?: string

  /** True begins a CSV with the byte order mark by which Excel knows that it is UTF-8. */
  @IsOptional()
  @IsBooleanQuery()
  bom?: boolean
}

export class PackageQuery extends ExportQuery {
  /** Format of the described file; the default is `csv`. */
  @IsOptional()
  @IsIn(Object.keys(EXPORT_FORMATS))
  format?: ExportFormat
}
