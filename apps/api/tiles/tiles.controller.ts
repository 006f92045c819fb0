import { MAX_ZOOM, MIN_ZOOM, encodeTile, isTile } from '#geo'
import { MOROCCO_BOUNDS } from '#domain/probe'
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
import { DataSource } from 'typeorm'
import { DEFAULT_RULE, RunResolver } from '../runs/run-choice.js'
import { REVALIDATE, IMMUTABLE, MVT_CONTENT, TileCache } from './tiles.js'
import { FEATURES_OF_LAYER, LAYERS, type Layer } from './tile-features.js'

/** The map's layers as vector tiles. */
@ApiTags('tiles')
@Controller('tiles')
export class TilesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly tiles: TileCache,
  ) {}

  /**
   * A vector tile of a layer as a run saw it; `latest` is the newest run of `rule`. The layer `difference` asks for the
   * run to compare `with`.
   */
  @Get(':run/:layer/:z/:x/:file')
  @ApiOkResponse({ content: MVT_CONTENT })
  @ApiResponse({ status: 304, description: 'What `If-None-Match` names is still so.' })
  async tile(
    @Param() params: Record<'run' | 'layer' | 'z' | 'x' | 'file', string>,
    @Query('rule') rule: string | undefined,
    @Query('with') other: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { run, z, x, file } = params
    const layer = layerOf(params.layer)
    const address = { z: wholeNumber(z), x: wholeNumber(x), y: Number(/^(\d+)\.mvt$/.exec(file)?.[1] ?? NaN) }
    if (!isTile(address))
      throw new BadRequestException(
        `tile must be z/x/y.mvt with z from ${MIN_ZOOM} to ${MAX_ZOOM}; it is ${z}/${x}/${file}`,
      )
    const against = comparisonOf(layer, other)
    const id = await this.idOf(run, rule)
    const key = `${id}-${layer}-${z}-${x}-${address.y}${against.query}`
    const made = () => this.encodedTile(id, layer, address, against.run)
    await this.tiles.answer(request, reply, key, made, run === 'latest' ? REVALIDATE : IMMUTABLE)
  }

  /** What a layer's tiles are: TileJSON 3.0. */
  @Get(':run/:layer/tilejson.json')
  @ApiOkResponse({ content: { 'application/json': { schema: { type: 'object' } } } })
  @ApiResponse({ status: 304, description: 'What `If-None-Match` names is still so.' })
  async tileJson(
    @Param() params: Record<'run' | 'layer', string>,
    @Query('rule') rule: string | undefined,
    @Query('with') other: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const layer = layerOf(params.layer)
    const against = comparisonOf(layer, other)
    const run = await this.runs.byId(await this.idOf(params.run, rule))
    const { west, south, east, north } = MOROCCO_BOUNDS
    await reply.header('cache-control', params.run === 'latest' ? REVALIDATE : IMMUTABLE).send({
      tilejson: '3.0.0',
      name: `${layer} of run ${run.id}`,
      description: `Rule ${run.rule} version ${run.ruleVersion}, ${run.from.toISOString()} to ${run.to.toISOString()}`,
      tiles: [
        `${request.protocol}://${request.host}/tiles/${run.id}/${layer}/{z}/{x}/{y}.mvt${against.query}`,
      ],
      minzoom: MIN_ZOOM,
      maxzoom: MAX_ZOOM,
      bounds: [west, south, east, north],
      vector_layers: [{ id: layer, fields: LAYER_FIELDS[layer] }],
    })
  }

  /** Not by a redirect to the run: QGIS follows none when it reads tiles. */
  private async idOf(run: string, rule = DEFAULT_RULE): Promise<number> {
    return run === 'latest' ? (await this.runs.latest(rule)).id : runIdOf(run)
  }

  private async encodedTile(
    runId: number,
    layer: Layer,
    address: { z: number; x: number; y: number },
    against: number | null,
  ): Promise<Uint8Array> {
    const run = await this.runs.byId(runId)
    const other = against === null ? run : await this.runs.byId(against)
    const features = await FEATURES_OF_LAYER[layer](this.source.manager, run, address, other)
    return encodeTile(layer, features)
  }
}

function layerOf(name: string): Layer {
  if (!LAYERS.includes(name as Layer))
    throw new NotFoundException(`layer must be one of ${LAYERS.join(', ')}; it is "${name}"`)
  return name as Layer
}

/** The run that a difference compares with, and as a query. Other layers take none: one tile has one address. */
function comparisonOf(layer: Layer, text: string | undefined): { run: number | null; query: string } {
  if (layer !== 'difference') return { run: null, query: '' }
  if (typeof text !== 'string' || !/^[1-9]\d{0,8}$/.test(text))
    throw new BadRequestException(`with must be the id of the run to compare with; it is "${text ?? ''}"`)
  return { run: Number(text), query: `?with=${text}` }
}

const wholeNumber = (text: string) => (/^\d{1,8}$/.test(text) ? Number(text) : NaN)

function runIdOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new NotFoundException(`run must be a run's id or latest; it is "${text}"`)
  return Number(text)
}

const COUNT_FIELDS = {
  white: 'res-8 cells',
  grey: 'res-8 cells',
  black: 'res-8 cells',
  unknown: 'measured, undecided',
}
/** What features of each layer have. */
export const LAYER_FIELDS: Record<Layer, Record<string, string>> = {
  cells: {
    h3: 'H3 index',
    res: 'H3 resolution',
    class: 'white, grey, black or unknown',
    confidence: '0 to 1',
    ...COUNT_FIELDS,
  },
  areas: {
    code: 'HCP code',
    level: 'region, province or commune',
    name_fr: 'name',
    name_ar: 'name',
    class: 'most frequent class',
    ...COUNT_FIELDS,
    not_measured: 'res-8 cells',
  },
  zones: {
    id: 'lasts from run to run',
    class: 'white, grey or black',
    cell_count: 'res-8 cells',
    born_run: 'run in which it was born',
    commune_code: 'HCP code',
    province_code: 'HCP code',
    region_code: 'HCP code',
  },
  difference: {
    h3: 'H3 index',
    res: 'H3 resolution',
    from: 'class in the run compared with, or none',
    to: 'class in this run, or none',
    direction: 'better, worse or other',
    better: 'res-8 cells nearer to black',
    worse: 'res-8 cells nearer to white',
    other: 'res-8 cells newly decided, undecided or measured',
  },
  contradictions: {
    h3: 'H3 index',
    res: 'H3 resolution',
    declared_refuted: 'res-8 cells in which a declared network was measured not to be there',
    present_undeclared: 'res-8 cells in which a network was measured that its operator does not declare',
    late_plan: 'res-8 cells in which a promise is past its day',
  },
  inferred: { h3: 'H3 index', class: 'inferred, not measured: white, grey or black', confidence: '0 to 1' },
  localities: {
    id: 'locality',
    name_fr: 'name',
    name_ar: 'name',
    kind: 'douar, town or other',
    population: 'people',
    class: 'of its own cell',
  },
  sites: {
    code: 'site code',
    name: 'name',
    name_ar: 'name',
    type: 'kind of site',
    simulated: 'of the demonstration',
  },
}
