/** The links by which a client finds the next resource. */
import type { RunRow } from '#store/runs'
import type { FastifyRequest } from 'fastify'
import { GEOJSON_MEDIA_TYPE } from '../http/media-types.js'
import { encodeCursor } from '../http/page.dto.js'

export interface Link {
  href: string
  rel: string
  type: string
  title?: string
  /** `href` is a URI template with variables in braces. */
  templated?: true
}

export const JSON_TYPE = 'application/json'
export const SCHEMA_TYPE = 'application/schema+json'
const OPENAPI_TYPE = 'application/vnd.oai.openapi+json;version=3.0'

export const landingLinks = (root: string): Link[] => [
  { href: `${root}/ogc`, rel: 'self', type: JSON_TYPE },
  { href: `${root}/api/openapi.json`, rel: 'service-desc', type: OPENAPI_TYPE },
  { href: `${root}/api/docs`, rel: 'service-doc', type: 'text/html' },
  { href: `${root}/ogc/conformance`, rel: 'conformance', type: JSON_TYPE },
  { href: `${root}/ogc/collections`, rel: 'data', type: JSON_TYPE },
]

export const collectionLinks = (root: string, id: string): Link[] => [
  { href: `${root}/ogc/collections/${id}`, rel: 'self', type: JSON_TYPE },
  { href: `${root}/ogc/collections/${id}/items`, rel: 'items', type: GEOJSON_MEDIA_TYPE },
  // Spelled as in the standard, and as GDAL 3.6 expects it.
  ...['describedby', 'describedBy'].map((rel) => ({
    href: `${root}/ogc/collections/${id}/schema`,
    rel,
    type: SCHEMA_TYPE,
  })),
  {
    href: `${root}/ogc/collections/${id}/queryables`,
    rel: 'http://www.opengis.net/def/rel/ogc/1.0/queryables',
    type: SCHEMA_TYPE,
  },
  { href: `${root}/api/v1/export/${id}/datapackage.json`, rel: 'enclosure', type: JSON_TYPE },
]

/** A page's links. The next page is of the same run, even if there is a newer run by then. */
export function pageLinks(
  request: FastifyRequest,
  collection: string,
  { next, run }: { next: string | null; run: RunRow | null },
): Link[] {
  const root = request.publicUrl
  const links = [
    { href: root + request.url, rel: 'self', type: GEOJSON_MEDIA_TYPE },
    { href: `${root}/ogc/collections/${collection}`, rel: 'collection', type: JSON_TYPE },
  ]
  if (next === null) return links
  const query = new URLSearchParams(request.query as Record<string, string>)
  query.set('cursor', encodeCursor(next))
  if (run) {
    query.delete('rule')
    query.delete('date')
    query.set('run', String(run.id))
  }
  const href = `${root}/ogc/collections/${collection}/items?${query}`
  return [...links, { href, rel: 'next', type: GEOJSON_MEDIA_TYPE }]
}

export const featureLinks = (request: FastifyRequest, collection: string): Link[] => [
  { href: request.publicUrl + request.url, rel: 'self', type: GEOJSON_MEDIA_TYPE },
  { href: `${request.publicUrl}/ogc/collections/${collection}`, rel: 'collection', type: JSON_TYPE },
]
