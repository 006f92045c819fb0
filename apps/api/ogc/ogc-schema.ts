/** JSON Schema of a collection's features: without it a client guesses the types of columns from its first page. */
import type { ColumnType } from '#domain'
import type { Collection } from '#store'

const TYPES: Record<ColumnType, { type: string; format?: string }> = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'date-time' },
}

/** GDAL holds an integer in 32 bits, which a speed in bit/s exceeds. */
const typeOf = (type: ColumnType, unit?: string) => TYPES[unit === 'bit/s' ? 'number' : type]

export function schemaOf({ id, title, about, columns, geometry }: Collection, root: string) {
  const properties = columns.map(({ name, type, unit, about: words }) => [
    name,
    { ...typeOf(type, unit), title: words, ...(unit && { 'x-ogc-unit': unit }) },
  ])
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
      properties: { type: 'object', properties: Object.fromEntries(properties) as Record<string, unknown> },
    },
  }
}
