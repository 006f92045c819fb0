import { type Collection, collectionOf } from '#store/ogc'
import { Controller, Get, Header, NotFoundException, Param, Query, Req } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { REVALIDATE } from '../http/cache-policy.js'
import { RunResolver } from '../runs/run-resolver.js'
import { FormatQuery } from './items-query.js'
import { JSON_TYPE, type Link } from './ogc-links.js'
import {
  TILE_MATRIX_SET,
  type TileMatrixSetBody,
  type TiledId,
  type TilesetBody,
  type TilesetsBody,
  isTiled,
  tiledIds,
  tilesetOf,
  tilesetsOf,
  webMercatorQuad,
} from './tilesets.js'
import { TilesetQuery } from './tilesets.dto.js'

/** The available tile matrix sets. */
export interface TileMatrixSetsBody {
  tileMatrixSets: { id: string; title: string; uri: string; links: Link[] }[]
}

/** OGC API – Tiles: the addresses of each collection's vector tiles. */
@ApiTags('ogc')
@Controller('ogc')
export class TilesetsController {
  constructor(private readonly runs: RunResolver) {}

  /** The list of tile matrix sets, of which there is one. */
  @Get('tileMatrixSets')
  matrixSets(@Query() _query: FormatQuery, @Req() request: FastifyRequest): TileMatrixSetsBody {
    const { id, title, uri } = webMercatorQuad()
    const href = `${request.publicUrl}/ogc/tileMatrixSets/${id}`
    return { tileMatrixSets: [{ id, title, uri, links: [{ href, rel: 'self', type: JSON_TYPE }] }] }
  }

  /** The zooms of a tile matrix set, and the position of its tiles. */
  @Get('tileMatrixSets/:id')
  matrixSet(@Param('id') id: string, @Query() _query: FormatQuery): TileMatrixSetBody {
    requireTileMatrixSet(id)
    return webMercatorQuad()
  }

  /** The tilesets of all collections that have tiles. */
  @Get('tiles')
  @Header('cache-control', REVALIDATE)
  async all(@Query() query: TilesetQuery, @Req() request: FastifyRequest): Promise<TilesetsBody> {
    const run = await this.runs.resolve(query)
    const root = request.publicUrl
    return tilesetsOf(
      root + request.url,
      tiledIds().map((id) => tilesetOf(requireTiledCollection(id), run, root)),
    )
  }

  /** The tilesets of one collection. */
  @Get('collections/:id/tiles')
  @Header('cache-control', REVALIDATE)
  async some(
    @Param('id') id: string,
    @Query() query: TilesetQuery,
    @Req() request: FastifyRequest,
  ): Promise<TilesetsBody> {
    const collection = requireTiledCollection(id)
    const root = request.publicUrl
    return tilesetsOf(root + request.url, [tilesetOf(collection, await this.runs.resolve(query), root)])
  }

  /** One collection's tiles in the chosen run: `links` has the template of their addresses and the TileJSON. */
  @Get('collections/:id/tiles/:matrixSet')
  @Header('cache-control', REVALIDATE)
  async one(
    @Param('id') id: string,
    @Param('matrixSet') matrixSet: string,
    @Query() query: TilesetQuery,
    @Req() request: FastifyRequest,
  ): Promise<TilesetBody> {
    const collection = requireTiledCollection(id)
    requireTileMatrixSet(matrixSet)
    return tilesetOf(collection, await this.runs.resolve(query), request.publicUrl)
  }
}

function requireTiledCollection(id: string): Collection & { id: TiledId } {
  if (!isTiled(id))
    throw new NotFoundException(`collection "${id}" has no tiles; available: ${tiledIds().join(', ')}`)
  return { ...collectionOf(id), id }
}

function requireTileMatrixSet(matrixSet: string): void {
  if (matrixSet !== TILE_MATRIX_SET)
    throw new NotFoundException(`unknown tile matrix set "${matrixSet}"; available: ${TILE_MATRIX_SET}`)
}
