import { IsIn, IsOptional } from 'class-validator'
import { RunChoice } from '../runs/runs.dto.js'

/** The run of the tiles. */
export class TilesetQuery extends RunChoice {
  @IsOptional()
  @IsIn(['json'])
  f?: string
}
