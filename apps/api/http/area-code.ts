/** The form of HCP codes in queries and bodies: `01` a region, `01.051` a province, `01.051.01.01` a commune. */
import { applyDecorators } from '@nestjs/common'
import { ApiProperty } from '@nestjs/swagger'
import { Matches } from 'class-validator'

const FORMS = {
  'region, province or commune': { pattern: /^\d\d(\.\d{3}(\.\d\d\.\d{1,2})?)?$/, example: '01.051' },
  'region or province': { pattern: /^\d\d(\.\d{3})?$/, example: '01.051' },
  'province or commune': { pattern: /^\d\d\.\d{3}(\.\d\d\.\d{1,2})?$/, example: '01.051 or 01.051.01.01' },
  commune: { pattern: /^\d\d\.\d{3}\.\d\d\.\d{1,2}$/, example: '01.051.01.01' },
} as const

/** A property that holds the HCP code of an area of one of the levels. The OpenAPI document has its form too. */
export function IsAreaCode(level: keyof typeof FORMS, { required = false } = {}): PropertyDecorator {
  const { pattern, example } = FORMS[level]
  return applyDecorators(
    Matches(pattern, { message: `$property must be the HCP code of a ${level}, like ${example}` }),
    ApiProperty({ pattern: pattern.source, required }),
  )
}
