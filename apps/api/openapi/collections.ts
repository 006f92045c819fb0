/**
 * Describes OGC's items once for each collection, because GDAL and QGIS filter on the server only by parameters that the
 * document names for that collection.
 */
import type { Column } from '#domain/feature'
import { COLLECTIONS, type Collection, collectionOf } from '#store/ogc'
import { GEOJSON_MEDIA_TYPE } from '../http/media-types.js'
import { MAX_LIMIT, RUN_PARAMETERS } from '../ogc/items-query.js'
import { schemaOf } from '../ogc/ogc-schema.js'
import type { Operation, Parameter, Paths } from './document-types.js'
import { exampleOf } from './parameters.js'
import type { Schema } from './type-schema.js'

const ITEMS = '/ogc/collections/{id}/items'
const FEATURE = `${ITEMS}/{featureId}`

const LIMIT_PATH = '#/components/parameters/limit'

/**
 * The parameter `limit` with its maximum. QGIS takes the size of its pages from the component of this name, GDAL from the
 * parameter itself. Without a maximum QGIS requests pages of 100.
 */
export function limitParameter(paths: Paths): Parameter {
  const { schema, ...limit } = paths[ITEMS]!['get']!.parameters.find(({ name }) => name === 'limit')!
  const description = 'Features in a page; a larger limit is served as the largest.'
  return { ...limit, description, schema: { ...schema, maximum: MAX_LIMIT } }
}

export function perCollection(paths: Paths): Paths {
  const { [ITEMS]: items, [FEATURE]: feature, ...others } = paths
  const ofCollections = COLLECTIONS.map(collectionOf).flatMap((collection) => {
    const page = withOkResponse(
      operationOf(items!['get']!, collection),
      pageSchemaOf(items!['get']!, collection),
    )
    page.parameters.push(...filtersOf(collection))
    const one = withOkResponse(operationOf(feature!['get']!, collection), featureOf(collection))
    return [
      [ITEMS.replace('{id}', collection.id), { get: page }],
      [FEATURE.replace('{id}', collection.id), { get: one }],
    ] as const
  })
  return { ...others, ...Object.fromEntries(ofCollections) }
}

function operationOf(operation: Operation, { id, title, ofRun }: Collection): Operation {
  const noun = id.replace(/_?\b\w|_\w/g, (letter) => letter.replace('_', '').toUpperCase())
  const hasParameter = ({ name }: Parameter) =>
    name !== 'id' && name !== 'properties' && (ofRun || !RUN_PARAMETERS.includes(name))
  return {
    ...operation,
    operationId: operation.operationId + noun,
    summary: `${title}: ${operation.summary}`,
    parameters: operation.parameters.filter(hasParameter).map(sharedParameterOf),
  }
}

const sharedParameterOf = (parameter: Parameter): Parameter =>
  parameter.name === 'limit' ? ({ $ref: LIMIT_PATH } as unknown as Parameter) : parameter

function withOkResponse(operation: Operation, schema: Schema): Operation {
  const { '200': ok, ...others } = operation.responses
  return {
    ...operation,
    responses: { '200': { ...ok, content: { [GEOJSON_MEDIA_TYPE]: { schema } } }, ...others },
  }
}

/** The type of the page, with this collection's features. */
function pageSchemaOf(operation: Operation, collection: Collection): Schema {
  const page = operation.responses['200']!.content![GEOJSON_MEDIA_TYPE]!.schema
  return {
    ...page,
    properties: { ...page.properties, features: { type: 'array', items: featureOf(collection) } },
  }
}

function featureOf(collection: Collection): Schema {
  const { columns, geometry } = collection
  const position = { type: 'array', minItems: 2, items: { type: 'number' } }
  const ring = { type: 'array', items: position }
  const polygon = { type: 'array', items: ring }
  const coordinates = { Point: position, Polygon: polygon, MultiPolygon: { type: 'array', items: polygon } }
  return {
    type: 'object',
    required: ['type', 'id', 'geometry', 'properties'],
    properties: {
      type: { type: 'string', enum: ['Feature'] },
      id: { type: 'string' },
      geometry: {
        type: 'object',
        required: ['type', 'coordinates'],
        properties: { type: { type: 'string', enum: [geometry] }, coordinates: coordinates[geometry] },
      },
      properties: {
        type: 'object',
        properties: Object.fromEntries(
          columns.map((column) => [column.name, propertyOf(collection, column)]),
        ),
      },
      links: { type: 'array', items: { $ref: '#/components/schemas/Link' } },
    },
  }
}

/** The types of the columns, as in the collection's own schema. */
const typesOf = (collection: Collection) =>
  schemaOf(collection, '').properties.properties.properties as Record<string, Schema>

function propertyOf(collection: Collection, { name, unit, about }: Column): Schema {
  const { type, format } = typesOf(collection)[name]!
  return { type, ...(format && { format }), nullable: true, description: unit ? `${about} (${unit})` : about }
}

const filtersOf = (collection: Collection): Parameter[] =>
  collection.columns.map(({ name, about }) => {
    const { type, format } = typesOf(collection)[name]!
    const schema: Schema = { type, ...(format && { format }) }
    const example = exampleOf(name, schema)
    return {
      name,
      in: 'query',
      required: false,
      description: `Only features with this value: ${about}`,
      schema,
      ...(example !== undefined && { example }),
    }
  })
