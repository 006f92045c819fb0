import { type Feature } from '#domain/feature'
import { MOROCCO_BOUNDS } from '#domain/probe'
import { CRS84, CRS_URIS, type CrsUri, projectedGeometryOf } from '#geo'
import {
  COLLECTIONS,
  type Collection,
  collectionOf,
  featureCount,
  findFeature,
  isCollection,
  pageOfFeatures,
} from '#store/ogc'
import { type RunRow } from '#store/runs'
import { isSimulated } from '#store/sites'
import { Controller, Get, Header, NotFoundException, Param, Query, Req, Res } from '@nestjs/common'
import { ApiQuery, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { GEOJSON_MEDIA_TYPE } from '../http/media-types.js'
import { RunResolver } from '../runs/run-resolver.js'
import type { RunChoice } from '../runs/runs.dto.js'
import { featureSerializer, pageSerializer } from './feature-text.js'
import { FormatQuery, featureRequest, itemsRequest } from './items-query.js'
import {
  type Link,
  SCHEMA_TYPE,
  collectionLinks,
  featureLinks,
  landingLinks,
  pageLinks,
} from './ogc-links.js'
import { type QueryablesBody, queryablesOf, schemaOf } from './ogc-schema.js'
import { isTiled, tileMatrixSetsLink, tilesLinks } from './tilesets.js'

/**
 * The conformance classes that are implemented and tested. Only some temporal functions exist, so their class is not
 * listed.
 */
const CONFORMANCE = [
  'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core',
  'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson',
  'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30',
  'http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs',
  'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables',
  'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters',
  'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter',
  'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter',
  'http://www.opengis.net/spec/cql2/1.0/conf/cql2-text',
  'http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2',
  'http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators',
  'http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions',
  'http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core',
  'http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset',
  'http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list',
  'http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets',
  'http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt',
  'http://www.opengis.net/spec/tms/2.0/conf/tilematrixset',
  'http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset',
]

type FeatureBody = Feature & { type: 'Feature'; links?: Link[] }

/** OGC API – Features, for QGIS, ArcGIS and GDAL. */
@ApiTags('ogc')
@Controller('ogc')
export class OgcController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** The landing page. */
  @Get()
  async landing(@Query() _query: FormatQuery, @Req() request: FastifyRequest) {
    const root = request.publicUrl
    return {
      title: 'Taghtiya',
      description: `${await this.simulatedPrefix()}Internet coverage of Morocco: verdicts, what they rest on, and what operators claim.`,
      links: [...landingLinks(root), ...tilesLinks(root, '/ogc'), tileMatrixSetsLink(root)],
    }
  }

  /** The conformance classes of the standard that are implemented. */
  @Get('conformance')
  conformance(@Query() _query: FormatQuery) {
    return { conformsTo: CONFORMANCE }
  }

  /** The collections of features. */
  @Get('collections')
  async collections(@Query() _query: FormatQuery, @Req() request: FastifyRequest) {
    const root = request.publicUrl
    const simulated = await this.simulatedPrefix()
    return {
      links: [{ href: `${root}/ogc/collections`, rel: 'self', type: 'application/json' }],
      collections: COLLECTIONS.map((id) => collectionBodyOf(collectionOf(id), root, simulated)),
    }
  }

  /** One collection. */
  @Get('collections/:id')
  async collection(@Param('id') id: string, @Query() _query: FormatQuery, @Req() request: FastifyRequest) {
    return collectionBodyOf(requireCollection(id), request.publicUrl, await this.simulatedPrefix())
  }

  /** The columns of a collection as a JSON Schema. */
  @Get('collections/:id/schema')
  @Header('content-type', SCHEMA_TYPE)
  schema(@Param('id') id: string, @Query() _query: FormatQuery, @Req() request: FastifyRequest) {
    return schemaOf(requireCollection(id), request.publicUrl)
  }

  /** The properties that `filter` may use. */
  @Get('collections/:id/queryables')
  @Header('content-type', SCHEMA_TYPE)
  queryables(
    @Param('id') id: string,
    @Query() _query: FormatQuery,
    @Req() request: FastifyRequest,
  ): QueryablesBody {
    return queryablesOf(requireCollection(id), request.publicUrl)
  }

  /**
   * Features in the order of their keys; the link `next` leads to the next page. Any property can be a query parameter.
   * `cells` and `zones` belong to one run: that of `run`, or the newest of `rule`.
   */
  @Get('collections/:id/items')
  @Header('content-type', GEOJSON_MEDIA_TYPE)
  @Header('cache-control', REVALIDATE)
  @ApiQuery({ name: 'bbox', required: false, description: 'west,south,east,north' })
  @ApiQuery({ name: 'bbox-crs', required: false, enum: CRS_URIS })
  @ApiQuery({ name: 'datetime', required: false, description: 'date and time, day, or interval start/end' })
  @ApiQuery({ name: 'filter', required: false, description: 'CQL2 text over the queryables' })
  @ApiQuery({ name: 'filter-lang', required: false, enum: ['cql2-text'] })
  @ApiQuery({ name: 'filter-crs', required: false, enum: CRS_URIS })
  @ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', minimum: 1, default: 100 } })
  @ApiQuery({ name: 'cursor', required: false, description: 'from the link `next`' })
  @ApiQuery({ name: 'crs', required: false, enum: CRS_URIS })
  @ApiQuery({ name: 'f', required: false, enum: ['json'] })
  @ApiQuery({ name: 'run', required: false, schema: { type: 'integer' } })
  @ApiQuery({ name: 'rule', required: false })
  @ApiQuery({ name: 'date', required: false })
  @ApiQuery({
    name: 'properties',
    required: false,
    style: 'form',
    explode: true,
    schema: { type: 'object', additionalProperties: { type: 'string' } },
  })
  async items(
    @Param('id') id: string,
    @Query() given: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const collection = requireCollection(id)
    const { limit, crs, choice, query } = itemsRequest(collection, given)
    const run = await this.runOf(collection, choice)
    const page = await pageOfFeatures(this.source.manager, collection, { ...query, run }, limit)
    const isWhole = query.after === null && page.next === null
    const matched = isWhole
      ? page.features.length
      : await featureCount(this.source.manager, collection, { ...query, run })
    void reply.header('content-crs', `<${crs}>`).serializer(pageSerializer(collection))
    return {
      type: 'FeatureCollection',
      ...(matched !== null && { numberMatched: matched }),
      numberReturned: page.features.length,
      links: pageLinks(request, id, { next: page.next, run }),
      features: page.features.map((feature) => featureBodyOf(feature, crs)),
    }
  }

  /** One feature. */
  @Get('collections/:id/items/:featureId')
  @Header('content-type', GEOJSON_MEDIA_TYPE)
  @Header('cache-control', REVALIDATE)
  @ApiQuery({ name: 'crs', required: false, enum: CRS_URIS })
  @ApiQuery({ name: 'f', required: false, enum: ['json'] })
  @ApiQuery({ name: 'run', required: false, schema: { type: 'integer' } })
  @ApiQuery({ name: 'rule', required: false })
  @ApiQuery({ name: 'date', required: false })
  async feature(
    @Param('id') id: string,
    @Param('featureId') featureId: string,
    @Query() given: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeatureBody> {
    const collection = requireCollection(id)
    const { crs, choice } = featureRequest(collection, given)
    const run = await this.runOf(collection, choice)
    const feature = await findFeature(this.source.manager, collection, featureId, run)
    if (!feature) throw new NotFoundException(`${id} has no feature "${featureId}"`)
    void reply.header('content-crs', `<${crs}>`).serializer(featureSerializer(collection))
    return { ...featureBodyOf(feature, crs), links: featureLinks(request, id) }
  }

  private async runOf(collection: Collection, choice: RunChoice): Promise<RunRow | null> {
    return collection.ofRun ? this.runs.resolve(choice) : null
  }

  private async simulatedPrefix(): Promise<string> {
    return (await isSimulated(this.source.manager)) ? 'SIMULATED DATA of the demonstration. ' : ''
  }
}

function requireCollection(id: string): Collection {
  if (!isCollection(id))
    throw new NotFoundException(`unknown collection "${id}"; available: ${COLLECTIONS.join(', ')}`)
  return collectionOf(id)
}

function collectionBodyOf({ id, title, about }: Collection, root: string, simulated: string) {
  const { west, south, east, north } = MOROCCO_BOUNDS
  return {
    id,
    title,
    description: simulated + about,
    itemType: 'feature',
    extent: { spatial: { bbox: [[west, south, east, north]], crs: CRS84 } },
    crs: CRS_URIS,
    storageCrs: CRS84,
    links: [...collectionLinks(root, id), ...(isTiled(id) ? tilesLinks(root, `/ogc/collections/${id}`) : [])],
  }
}

const featureBodyOf = ({ id, geometry, properties }: Feature, crs: CrsUri): FeatureBody => ({
  type: 'Feature',
  id,
  geometry: projectedGeometryOf(geometry, crs),
  properties,
})
