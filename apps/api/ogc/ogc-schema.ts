/** JSON Schema of a collection's features. Clients would otherwise guess the types of columns from the first page. */
import type { ColumnType } from '#domain/feature'
import { GEOMETRY_PROPERTY } from '#formats/filter'
import type { Collection } from '#store/ogc'

const TYPES: Record<ColumnType, { type: string; format?: string }> = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'date-time' },
}

/** GDAL stores an integer in 32 bits, which a speed in bit/s exceeds. */
const typeOf = (type: ColumnType, unit?: string) => TYPES[unit === 'bit/s' ? 'number' : type]

const propertiesOf = ({ columns }: Collection): Record<string, object> =>
  Object.fromEntries(
    columns.map(({ name, type, unit, about }) => [
      name,
      { ...typeOf(type, unit), title: about, ...(unit && { 'x-ogc-unit': unit }) },
    ]),
  )

/** The properties that a filter may use: every column, and the geometry. */
export function queryablesOf(collection: Collection, root: string): QueryablesBody {
  const { id, title, about, geometry } = collection
  const geometrySchema = {
    title: 'place',
    format: `geometry-${geometry.toLowerCase()}`,
    'x-ogc-role': 'primary-geometry',
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${root}/ogc/collections/${id}/queryables`,
    title,
    description: about,
    type: 'object',
    properties: { ...propertiesOf(collection), [GEOMETRY_PROPERTY]: geometrySchema },
    additionalProperties: false,
  }
}

/** JSON Schema of the properties that a filter may use. */
export interface QueryablesBody {
  $schema: string
  $id: string
  title: string
  description: string
  type: 'object'
  /** The properties by name. */
  properties: Record<string, object>
  additionalProperties: false
}

export function schemaOf(collection: Collection, root: string) {
  const { id, title, about, geometry } = collection
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${root}/ogc/collections/${id}/schema`,
    title,
    description: about,
    type: 'object',
    required: ['type', 'geometry', 'properties'],
    properties: {
      type: { type: 'string', enum: ['Feature'] },
      id: { type: 'string' },
      geometry: { $ref: `https://geojson.org/schema/${geometry}.json` },
      properties: { type: 'object', properties: propertiesOf(collection) },
    },
  }
}
