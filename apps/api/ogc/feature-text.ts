/** Features as JSON in which a figure that may be empty, or have decimals, always has a decimal point. */
import type { Feature, FeatureValue } from '#domain/feature'
import type { Collection } from '#store/ogc'

/**
 * QGIS (3.22) takes a column's type from the first ten rows: where these are whole numbers by chance, it cuts off the
 * decimals of all others, and shows 0 where nothing is known. Of 7.0 it keeps both. To JSON 7.0 and 7 are one number.
 */
const valueText = (value: FeatureValue, isFigure: boolean): string =>
  isFigure && Number.isInteger(value) ? `${String(value)}.0` : JSON.stringify(value)

function featureWriter({ columns }: Collection): (feature: Feature) => string {
  const written = columns.map(({ name, type, mayBeEmpty }) => ({
    name,
    isFigure: type === 'number' || mayBeEmpty === true,
  }))
  return ({ properties, ...rest }) => {
    const parts = written.map(
      ({ name, isFigure }) => `"${name}":${valueText(properties[name] ?? null, isFigure)}`,
    )
    return `${JSON.stringify(rest).slice(0, -1)},"properties":{${parts.join()}}}`
  }
}

/** What Fastify sends of one feature. */
export const featureSerializer = (collection: Collection) =>
  featureWriter(collection) as (body: unknown) => string

/** What Fastify sends of a page of features. */
export const pageSerializer = (collection: Collection) => (body: unknown) => {
  const { features, ...rest } = body as { features: Feature[] }
  return `${JSON.stringify(rest).slice(0, -1)},"features":[${features.map(featureWriter(collection)).join()}]}`
}
