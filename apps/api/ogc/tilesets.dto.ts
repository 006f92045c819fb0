import { IsIn, IsOptional } from 'class-validator'
import { RunChoice } from '../runs/runs.dto.js'

/** Which run is drawn. */
export class TilesetQuery extends RunChoice {
  @IsOptional()
  @IsIn(['json'])
  f?: string
}
