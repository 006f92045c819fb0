import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator'

export class NetworkQuery {
  /** An operator's id; without it, any operator. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  operator?: string

  /** Without it, any technology. */
  @IsOptional()
  @IsIn(TECHNOLOGIES)
  technology?: Technology
}
