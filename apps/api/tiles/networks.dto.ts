import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator'

export class NetworkQuery {
  /** Id of an operator; the default is any operator. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  operator?: string

  /** The technology; the default is any technology. */
  @IsOptional()
  @IsIn(TECHNOLOGIES)
  technology?: Technology
}
