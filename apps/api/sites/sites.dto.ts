import { SITE_ORDERS, type SiteOrder } from '#store/sites'
import { SITE_TYPES, type SiteRecord, type SiteType } from '#domain/place'
import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsNumber, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator'
import { IsAreaCode } from '../http/area-code.js'
import { FieldChoice } from '../http/sparse-fields.dto.js'
import { BoxPageQuery } from '../http/page.dto.js'

export class SitesQuery extends IntersectionType(BoxPageQuery, FieldChoice) {
  /** Sort order; the default is by code. `-` reverses the order. */
  @IsOptional()
  @IsIn(SITE_ORDERS)
  sort?: SiteOrder
}

export class SiteBody implements SiteRecord {
  @Matches(/^(?!\.{1,2}$|__proto__$)[\w.:-]{1,60}$/, {
    message: 'code must be 1 to 60 letters, digits or . : - _',
  })
  code!: string

  @IsString()
  @Length(1, 200)
  name!: string

  @IsOptional()
  @IsString()
  @Length(1, 200)
  nameAr?: string | null

  @IsIn(SITE_TYPES)
  type!: SiteType

  /** HCP code, like 01.051.01.01. */
  @IsAreaCode('commune', { required: true })
  communeCode!: string

  @IsNumber()
  @Min(20.65)
  @Max(36.05)
  lat!: number

  @IsNumber()
  @Min(-17.25)
  @Max(-0.9)
  lng!: number

  @IsOptional()
  @IsString()
  @Length(1, 100)
  operator?: string | null

  @IsOptional()
  @IsIn(TECHNOLOGIES)
  technology?: Technology | null

  /** Speed in bit/s. */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(100e9)
  contractedDownBps?: number | null

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(100e9)
  contractedUpBps?: number | null
}
