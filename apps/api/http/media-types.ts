/** Media types of several routes, spelled as in the IANA registry or the format's own specification. */

export const CSV_MEDIA_TYPE = 'text/csv; charset=utf-8'
export const XLSX_MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
export const NDJSON_MEDIA_TYPE = 'application/x-ndjson'
export const GEOJSON_MEDIA_TYPE = 'application/geo+json'
export const MVT_MEDIA_TYPE = 'application/vnd.mapbox-vector-tile'
export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8'

/** A vector tile as the answer of a route, for the OpenAPI document. */
export const MVT_CONTENT = {
  [MVT_MEDIA_TYPE]: { schema: { type: 'string', format: 'binary' } },
} as const
