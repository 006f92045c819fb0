/** KML (OGC 12-007r2): its placemarks as features. Coordinates of KML are always WGS 84. */
import type { Position } from '#domain/place'
import { shortValueText } from '../fields/row-rejection.js'
import { readXml, type XmlAttributes } from '../file/xml.js'
import type { RawFeature } from './raw-feature.js'

interface Shape {
  type: 'Point' | 'LineString' | 'Polygon'
  coordinates: Position | Position[] | Position[][]
}

/** All placemarks of all folders, in their order. Throws `XmlError`. */
export async function featuresOfKml(bytes: Uint8Array): Promise<RawFeature[]> {
  const handler = new KmlHandler()
  await readXml([bytes], handler)
  return handler.features
}

class KmlHandler {
  readonly features: RawFeature[] = []
  private properties: Record<string, unknown> | null = null
  private shapes: Shape[] = []
  private unread: string | null = null
  private fault: string | null = null
  private readonly path: string[] = []
  private content = ''
  private rings: Position[][] = []
  private dataName = ''

  readonly open = (name: string, attributes: XmlAttributes): void => {
    this.path.push(name)
    this.content = ''
    if (name === 'Placemark') {
      this.properties = {}
      this.shapes = []
      this.unread = null
      this.fault = null
    }
    if (name === 'Polygon') this.rings = []
    if (name === 'Data' || name === 'SimpleData') this.dataName = attributes.name ?? ''
    if (name === 'Track' || name === 'Model') this.unread = name
  }

  readonly text = (piece: string): void => {
    this.content += piece
  }

  readonly close = (name: string): void => {
    this.path.pop()
    const text = this.content.trim()
    this.content = ''
    if (!this.properties) return
    const parent = this.path.at(-1)
    if (parent === 'Placemark' && (name === 'name' || name === 'description')) this.addProperty(name, text)
    else if (name === 'value' || name === 'SimpleData') this.addProperty(this.dataName, text)
    else if (name === 'coordinates') this.addCoordinates(parent, positionsOf(text))
    else if (name === 'Polygon') this.shapes.push({ type: 'Polygon', coordinates: this.rings })
    else if (name === 'Placemark') this.endPlacemark(this.properties)
  }

  /** Nobody can tell which of two values of one property is meant. */
  private addProperty(name: string, value: string): void {
    const properties = this.properties!
    if (Object.hasOwn(properties, name) && properties[name] !== value)
      this.fault = `“${shortValueText(name)}” stands twice, with different values: rename or delete one of them`
    properties[name] = value
  }

  private addCoordinates(parent: string | undefined, positions: Position[]): void {
    if (parent === 'LinearRing') this.rings.push(positions)
    else if (parent === 'Point') this.shapes.push({ type: 'Point', coordinates: positions[0] ?? [NaN, NaN] })
    else this.shapes.push({ type: 'LineString', coordinates: positions })
  }

  private endPlacemark(properties: Record<string, unknown>): void {
    const geometry = this.unread ? { type: this.unread, coordinates: [] } : geometryOf(this.shapes)
    this.features.push({ properties, geometry, ...(this.fault && { fault: this.fault }) })
    this.properties = null
  }
}

/** Several shapes become one of many parts where they are of one type. */
function geometryOf(shapes: readonly Shape[]): unknown {
  const [first] = shapes
  if (!first) return null
  if (shapes.length === 1) return first
  const isOneType = shapes.every(({ type }) => type === first.type)
  return isOneType
    ? { type: `Multi${first.type}`, coordinates: shapes.map(({ coordinates }) => coordinates) }
    : { type: 'GeometryCollection', geometries: shapes }
}

/** `-5.68,32.93,0 -5.66,32.93,0`: heights are dropped. */
const positionsOf = (text: string): Position[] =>
  text
    .split(/\s+/)
    .filter((tuple) => tuple !== '')
    .map((tuple) => {
      const [lng, lat] = tuple.split(',').map((part) => (part === '' ? NaN : Number(part)))
      return [lng ?? NaN, lat ?? NaN]
    })
