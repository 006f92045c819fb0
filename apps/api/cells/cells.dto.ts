import { CLASSES, PARTIAL_KNOWLEDGE } from '#domain/verdict'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsOptional } from 'class-validator'
import { FieldChoice } from '../http/sparse-fields.dto.js'
import { BoxPageQuery } from '../http/page.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

/** A class, or the part of the undecided cells with some knowledge of their operators. */
const CLASS_FILTERS = [
  ...CLASSES,
  ...PARTIAL_KNOWLEDGE.map((partial) => `unknown:${partial}` as const),
] as const
export type ClassFilter = (typeof CLASS_FILTERS)[number]

export class CellsQuery extends IntersectionType(BoxPageQuery, RunChoice, FieldChoice) {
  /** A class; `unknown:served` and `unknown:none_tried` are the undecided cells with this partial knowledge. */
  @IsOptional()
  @IsIn(CLASS_FILTERS)
  class?: ClassFilter
}
