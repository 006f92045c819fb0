/** Features as JSON in which a figure that may be empty or have decimals is always written with a decimal point. */
import type { Feature, FeatureValue } from '#domain/feature'
import type { Collection } from '#store/ogc'

/**
 * QGIS 3.22 infers a column's type from the first ten rows. Where these are whole numbers by chance, it truncates the
 * decimals of all other rows and shows 0 for null. Written as 7.0 the column stays a decimal one; in JSON 7.0 equals 7.
 */
const valueText = (value: FeatureValue, isFigure: boolean): string =>
  isFigure && Number.isInteger(value) ? `${String(value)}.0` : JSON.stringify(value)

function featureWriter({ columns }: Collection): (feature: Feature) => string {
  const fields = columns.map(({ name, type, mayBeEmpty }) => ({
    name,
    isFigure: type === 'number' || mayBeEmpty === true,
  }))
  return ({ properties, ...rest }) => {
    const parts = fields.map(
      ({ name, isFigure }) => `"${name}":${valueText(properties[name] ?? null, isFigure)}`,
    )
    return `${JSON.stringify(rest).slice(0, -1)},"properties":{${parts.join()}}}`
  }
}

/** Fastify's serializer for one feature. */
export const featureSerializer = (collection: Collection) =>
  featureWriter(collection) as (body: unknown) => string

/** Fastify's serializer for a page of features. */
export const pageSerializer = (collection: Collection) => (body: unknown) => {
  const { features, ...rest } = body as { features: Feature[] }
  return `${JSON.stringify(rest).slice(0, -1)},"features":[${features.map(featureWriter(collection)).join()}]}`
}
