import { EXPORT_FORMATS, type ExportFormat } from '#formats'
import { IsIn, IsOptional } from 'class-validator'
import { RunChoice } from '../runs/runs.dto.js'

export class PackageQuery extends RunChoice {
  /** Of the file that is described; `csv` where none is named. */
  @IsOptional()
  @IsIn(Object.keys(EXPORT_FORMATS))
  format?: ExportFormat
}
