/** GeoParquet 1.1, compressed with Snappy: geometry is WKB in a column `geometry`, described by the metadata key `geo`. */
import type { Column, ColumnType, Feature } from '#domain/feature'
import {
  type BasicType,
  ByteWriter,
  ParquetWriter,
  geojsonToWkb,
  schemaFromColumnData,
} from 'hyparquet-writer'
import type { FeatureBatches, ExportLayer } from './layer.js'

const TYPES: Record<ColumnType, BasicType> = {
  text: 'STRING',
  integer: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'STRING',
  time: 'TIMESTAMP',
}

/** Rows that are held in memory until they are written: large groups are good for readers, small ones for the server. */
const ROW_GROUP = 20_000

/** A writer whose bytes can be taken out as they are written, while offsets in the file continue. */
class DrainableByteWriter extends ByteWriter {
  take(): Uint8Array {
    const bytes = this.getBytes().slice()
    this.index = 0
    return bytes
  }
}

export async function* writeParquet(layer: ExportLayer, batches: FeatureBatches): AsyncGenerator<Uint8Array> {
  const outlet = new DrainableByteWriter()
  const group = new RowGroup(layer.columns)
  const writer = new ParquetWriter({
    writer: outlet,
    schema: schemaFromColumnData({ columnData: group.columnData() }),
    kvMetadata: [{ key: 'geo', value: JSON.stringify(geoOf(layer)) }],
    createdBy: 'taghtiya',
  })
  for await (const features of batches) {
    for (const feature of features) group.add(feature)
    if (group.size < ROW_GROUP) continue
    await writer.write({ columnData: group.columnData(), rowGroupSize: group.size })
    group.clear()
    yield outlet.take()
  }
  if (group.size > 0) await writer.write({ columnData: group.columnData(), rowGroupSize: group.size })
  await writer.finish()
  yield outlet.take()
}

const geoOf = ({ geometry }: ExportLayer) => ({
  version: '1.1.0',
  primary_column: 'geometry',
  // The default of `crs` is OGC:CRS84.
  columns: { geometry: { encoding: 'WKB', geometry_types: [geometry] } },
})

/** The columns of the rows that wait. Geometry is encoded at once, because as bytes it needs a tenth of the memory. */
class RowGroup {
  size = 0
  private values: unknown[][]
  private shapes: Uint8Array[] = []

  constructor(private readonly columns: readonly Column[]) {
    this.values = columns.map(() => [])
  }

  add({ geometry, properties }: Feature): void {
    this.columns.forEach(({ name, type }, i) => this.values[i]!.push(valueOf(type, properties[name]!)))
    this.shapes.push(geojsonToWkb(geometry))
    this.size++
  }

  clear(): void {
    this.size = 0
    this.values = this.columns.map(() => [])
    this.shapes = []
  }

  columnData() {
    return [
      ...this.columns.map(({ name, type }, i) => ({ name, type: TYPES[type], data: this.values[i]! })),
      {
        name: 'geometry',
        type: 'BYTE_ARRAY' as const,
        nullable: false,
        statistics: false,
        data: this.shapes,
      },
    ]
  }
}

function valueOf(type: ColumnType, value: string | number | boolean | null): unknown {
  if (value === null) return null
  if (type === 'integer') return BigInt(value)
  return type === 'time' ? new Date(value as string) : value
}
