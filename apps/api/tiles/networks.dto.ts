import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator'

export class NetworkQuery {
  /** An operator's id; absent: any. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  operator?: string

  /** Absent: any. */
  @IsOptional()
  @IsIn(TECHNOLOGIES)
  technology?: Technology
}
