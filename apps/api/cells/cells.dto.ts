import { CLASSES, type Class } from '#domain/verdict'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsOptional } from 'class-validator'
import { FieldChoice } from '../http/sparse-fields.dto.js'
import { BoxPageQuery } from '../http/page.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

export class CellsQuery extends IntersectionType(BoxPageQuery, RunChoice, FieldChoice) {
  @IsOptional()
  @IsIn(CLASSES)
  class?: Class
}
