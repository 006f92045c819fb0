/** Shapefiles for the tests, byte by byte as ESRI's description has them. */

type Ring = readonly (readonly number[])[]

/** A .shp of one type (1 points, 5 polygons); each shape is a list of rings, or of one ring with one point. */
export function shpOf(type: number, shapes: readonly (readonly Ring[])[]): Buffer {
  const records = shapes.map((rings, i) => {
    const content = type === 1 ? pointRecord(rings[0]![0]!) : polygonRecord(rings)
    const head = Buffer.alloc(8)
    head.writeInt32BE(i + 1, 0)
    head.writeInt32BE(content.length / 2, 4)
    return Buffer.concat([head, content])
  })
  const body = Buffer.concat(records)
  const header = Buffer.alloc(100)
  header.writeInt32BE(9994, 0)
  header.writeInt32BE((100 + body.length) / 2, 24)
  header.writeInt32LE(1000, 28)
  header.writeInt32LE(type, 32)
  return Buffer.concat([header, body])
}

function pointRecord([x, y]: readonly number[]): Buffer {
  const record = Buffer.alloc(20)
  record.writeInt32LE(1, 0)
  record.writeDoubleLE(x!, 4)
  record.writeDoubleLE(y!, 12)
  return record
}

function polygonRecord(rings: readonly Ring[]): Buffer {
  const points = rings.flat()
  const record = Buffer.alloc(44 + 4 * rings.length + 16 * points.length)
  record.writeInt32LE(5, 0)
  record.writeInt32LE(rings.length, 36)
  record.writeInt32LE(points.length, 40)
  let start = 0
  rings.forEach((ring, i) => {
    record.writeInt32LE(start, 44 + 4 * i)
    start += ring.length
  })
  points.forEach(([x, y], i) => {
    record.writeDoubleLE(x!, 44 + 4 * rings.length + 16 * i)
    record.writeDoubleLE(y!, 52 + 4 * rings.length + 16 * i)
  })
  return record
}

const WIDTH = 20

/** A .dbf with columns of these types (C, N, D). */
export function dbfOf(
  columns: Readonly<Record<string, string>>,
  rows: readonly (readonly string[])[],
  encoding: BufferEncoding = 'utf8',
): Buffer {
  const fields = Object.entries(columns)
  const header = Buffer.alloc(32 + 32 * fields.length + 1)
  header[0] = 3
  header.writeUInt32LE(rows.length, 4)
  header.writeUInt16LE(header.length, 8)
  header.writeUInt16LE(1 + WIDTH * fields.length, 10)
  fields.forEach(([name, type], i) => {
    header.write(name, 32 + 32 * i, 'latin1')
    header.write(type, 43 + 32 * i, 'latin1')
    header[48 + 32 * i] = WIDTH
  })
  header[header.length - 1] = 0x0d
  const records = rows.map((cells) => {
    const record = Buffer.alloc(1 + WIDTH * fields.length, ' ')
    cells.forEach((cell, i) => Buffer.from(cell, encoding).copy(record, 1 + WIDTH * i))
    return record
  })
  return Buffer.concat([header, ...records])
}
