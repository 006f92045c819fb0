import { type TileFeature, encodeTile, envelopeOf, isTile, tilePositionOf } from '#geo'
import { planInBox } from '#store/plan'
import { BadRequestException, Controller, Get, Header, Param, ParseIntPipe } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { RunResolver } from '../runs/run-choice.js'
import { MARGIN } from '../tiles/shapes.js'
import { MVT_CONTENT } from '../tiles/tiles.js'

/** More points are no longer told apart on a tile; what the measurements contradict comes first. */
const MAX_POINTS = 2_000

/** Items of the plan on the map. People change the plan between runs, so no tile of it is kept. */
@ApiTags('plan')
@Controller()
export class PlanTilesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** Items of the plan, each as a point with its state. */
  @Get('tiles/:run/plan/:z/:x/:file')
  @ApiOkResponse({ content: MVT_CONTENT })
  @Header('cache-control', 'no-cache')
  @Header('content-type', 'application/vnd.mapbox-vector-tile')
  async tile(
    @Param('run', ParseIntPipe) run: number,
    @Param() params: Record<'z' | 'x' | 'file', string>,
  ): Promise<Buffer> {
    const tile = { z: Number(params.z), x: Number(params.x), y: Number(params.file.replace(/\.mvt$/, '')) }
    if (!isTile(tile)) throw new BadRequestException('tile must be z/x/y.mvt')
    await this.runs.byId(run)
    const points = await planInBox(this.source.manager, envelopeOf(tile, MARGIN), MAX_POINTS)
    const features = points.map(({ lat, lng, code, nameFr, nameAr, state, simulated }): TileFeature => ({
      kind: 'point',
      rings: [[tilePositionOf([lng, lat], tile)]],
      properties: { code, name_fr: nameFr, name_ar: nameAr, state, simulated },
    }))
    return Buffer.from(encodeTile('plan', features))
  }
}
