import { MAX_SCOPE_AREAS } from '#domain/account'
import { applyDecorators } from '@nestjs/common'
import { ApiProperty } from '@nestjs/swagger'
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsOptional,
  IsString,
  Length,
} from 'class-validator'

/** The codes of the areas that an account or a key is bound to, or null for the whole country. No list is empty. */
export const IsScope = (): PropertyDecorator =>
  applyDecorators(
    IsOptional(),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(MAX_SCOPE_AREAS),
    ArrayUnique(),
    IsString({ each: true }),
    Length(2, 20, { each: true }),
    ApiProperty({
      type: [String],
      nullable: true,
      required: false,
      maxItems: MAX_SCOPE_AREAS,
      example: ['01.051'],
    }),
  )
