import type { TileAddress } from '#geo'
import { Controller, Get, Param, ParseIntPipe, Req, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiTile } from '../tiles/api-tile.js'
import { TILE_PATH, TileAddressPipe } from '../tiles/tile-address.pipe.js'
import { TileSender } from '../tiles/tile-sender.js'

/** Items of the plan on the map. */
@ApiTags('plan')
@Controller()
export class PlanTilesController {
  constructor(private readonly tileSender: TileSender) {}

  /** Plan items, each as a point with its state. People change the plan between runs, so its tiles are not cached. */
  @Get(`tiles/:run/plan/${TILE_PATH}`)
  @ApiTile()
  tile(
    @Param('run', ParseIntPipe) run: number,
    @Param(TileAddressPipe) tile: TileAddress,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.tileSender.send(request, reply, { layer: 'plan', run, tile, options: null })
  }
}
