import { IntersectionType } from '@nestjs/swagger'
import { PageQuery } from '../http/page.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

export class CellProbesQuery extends IntersectionType(PageQuery, RunChoice) {}
