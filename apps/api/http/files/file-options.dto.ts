import type { DecimalMark } from '#formats/fields'
import { type Crs, CRS_EXAMPLES, crsOf } from '#formats/geometry'
import { UnprocessableEntityException } from '@nestjs/common'
import { IsIn, IsOptional, IsString, Length } from 'class-validator'

const DECIMAL_MARKS = ['comma', 'point'] as const satisfies readonly DecimalMark[]

/** Options by which a person settles what a file leaves open. */
export class FileOptionsQuery {
  /** Meaning of a comma before exactly three digits: the decimal comma, or (`point`) a separator of thousands. */
  @IsOptional()
  @IsIn(DECIMAL_MARKS)
  decimal?: DecimalMark

  /**
   * The reference system of positions that are not in WGS 84, such as EPSG:26191.
   * @example "EPSG:26191"
   */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  crs?: string

  /**
   * The sheet of a workbook that has several lists.
   * @example "Mesures"
   */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  sheet?: string
}

export interface FileOptions {
  decimal: DecimalMark | undefined
  crs: Crs | undefined
  sheet: string | undefined
}

/** Refuses a reference system that is not known. */
export function fileOptionsOf({ decimal, crs, sheet }: FileOptionsQuery): FileOptions {
  const system = crs === undefined ? undefined : crsOf(crs)
  if (system === null)
    throw new UnprocessableEntityException(`crs is "${crs}": expected a system such as ${CRS_EXAMPLES}`)
  return { decimal, crs: system, sheet }
}
