import { applyDecorators } from '@nestjs/common'
import { ApiOkResponse, ApiResponse } from '@nestjs/swagger'
import { MVT_CONTENT } from '../http/media-types.js'

/** Describes a route that sends a vector tile, for the OpenAPI document. */
export const ApiTile = () =>
  applyDecorators(
    ApiOkResponse({ content: MVT_CONTENT }),
    ApiResponse({ status: 304, description: 'Not modified.' }),
  )
