import { MOROCCO_BOUNDS } from '#domain/probe'
import { MAX_ZOOM, MIN_ZOOM, type TileAddress } from '#geo'
import {
  BadRequestException,
  Controller,
  Get,
  NotFoundException,
  Param,
  Query,
  Req,
  Res,
} from '@nestjs/common'
import { ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type CachePolicy, IMMUTABLE, REVALIDATE } from '../http/cache-policy.js'
import { DEFAULT_RULE, RunResolver } from '../runs/run-resolver.js'
import { ApiTile } from './api-tile.js'
import { LAYER_FIELDS } from './layer-fields.js'
import { TILE_PATH, TileAddressPipe } from './tile-address.pipe.js'
import { TileSender } from './tile-sender.js'
import { RUN_LAYERS, type RunLayer } from './tile-layers.js'

/** The map's layers as vector tiles. */
@ApiTags('tiles')
@Controller('tiles')
export class TilesController {
  constructor(
    private readonly runs: RunResolver,
    private readonly tileSender: TileSender,
  ) {}

  /**
   * A vector tile of a layer in a run; `latest` is the newest run of `rule`. The layer `difference` needs the run to
   * compare `with`.
   */
  @Get(`:run/:layer/${TILE_PATH}`)
  @ApiTile()
  async tile(
    @Param() { run, layer: name }: Record<'run' | 'layer', string>,
    @Param(TileAddressPipe) tile: TileAddress,
    @Query('rule') rule: string | undefined,
    @Query('with') other: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const layer = layerOf(name)
    const options = layer === 'difference' ? { with: comparedRunOf(other) } : null
    const policy: CachePolicy = run === 'latest' ? REVALIDATE : IMMUTABLE
    const asked = { layer, run: await this.idOf(run, rule), tile, options, policy }
    await this.tileSender.send(request, reply, asked)
  }

  /** Describes a layer's tiles as TileJSON 3.0. */
  @Get(':run/:layer/tilejson.json')
  @ApiOkResponse({ content: { 'application/json': { schema: { type: 'object' } } } })
  @ApiResponse({ status: 304, description: 'Not modified.' })
  async tileJson(
    @Param() params: Record<'run' | 'layer', string>,
    @Query('rule') rule: string | undefined,
    @Query('with') other: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const layer = layerOf(params.layer)
    const query = layer === 'difference' ? `?with=${comparedRunOf(other)}` : ''
    const run = await this.runs.byId(await this.idOf(params.run, rule))
    const { west, south, east, north } = MOROCCO_BOUNDS
    await reply.header('cache-control', params.run === 'latest' ? REVALIDATE : IMMUTABLE).send({
      tilejson: '3.0.0',
      name: `${layer} of run ${run.id}`,
      description: `Rule ${run.rule} version ${run.ruleVersion}, ${run.from.toISOString()} to ${run.to.toISOString()}`,
      tiles: [`${request.publicUrl}/tiles/${run.id}/${layer}/{z}/{x}/{y}.mvt${query}`],
      minzoom: MIN_ZOOM,
      maxzoom: MAX_ZOOM,
      bounds: [west, south, east, north],
      vector_layers: [{ id: layer, fields: LAYER_FIELDS[layer] }],
    })
  }

  /** `latest` is answered here and not by a redirect to its run: QGIS follows none when it reads tiles. */
  private async idOf(run: string, rule = DEFAULT_RULE): Promise<number> {
    return run === 'latest' ? (await this.runs.latest(rule)).id : runIdOf(run)
  }
}

function layerOf(name: string): RunLayer {
  if (!RUN_LAYERS.includes(name as RunLayer))
    throw new NotFoundException(`layer must be one of ${RUN_LAYERS.join(', ')}; it is "${name}"`)
  return name as RunLayer
}

const RUN_ID = /^[1-9]\d{0,8}$/

/** The run that a difference compares with. */
function comparedRunOf(text: string | undefined): number {
  if (typeof text !== 'string' || !RUN_ID.test(text))
    throw new BadRequestException(`with must be the id of the run to compare with; it is "${text ?? ''}"`)
  return Number(text)
}

function runIdOf(text: string): number {
  if (!RUN_ID.test(text)) throw new NotFoundException(`run must be a run's id or latest; it is "${text}"`)
  return Number(text)
}
