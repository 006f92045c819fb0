import { cellAt, connectedCellGroups, zonePolygon } from '#geo'
import fc from 'fast-check'
import { areNeighborCells, cellToBoundary, gridDisk, polygonToCells } from 'h3-js'
import { expect, test } from 'vitest'

const RUNS = { numRuns: 150, seed: 20261123 }
/** 61 cells: choosing about half of them gives many shapes, with holes and islands. */
const FIELD = gridDisk(cellAt(33.9, -5.5), 4)
const someCells = fc.subarray(FIELD, { minLength: 0 })

/** A flood fill: it spreads from each cell over all cells that share an edge with one already reached. */
function floodFill(cells: readonly string[]): string[][] {
  const left = new Set(cells)
  const groups: string[][] = []
  for (const start of cells) {
    if (!left.delete(start)) continue
    const group = [start]
    for (let i = 0; i < group.length; i++)
      for (const other of left)
        if (areNeighborCells(group[i]!, other)) {
          left.delete(other)
          group.push(other)
        }
    groups.push(group.sort())
  }
  return groups.sort((a, b) => (a[0]! < b[0]! ? -1 : 1))
}

test('connected cells are those that a flood fill reaches, in whatever order they are given', () => {
  fc.assert(
    fc.property(someCells, fc.infiniteStream(fc.nat()), (cells, luck) => {
      const shuffled = cells
        .map((cell) => ({ cell, by: luck.next().value as number }))
        .sort((a, b) => a.by - b.by)
      expect(connectedCellGroups(shuffled.map(({ cell }) => cell))).toEqual(floodFill(cells))
    }),
    RUNS,
  )
})

test('the outline of connected cells is one polygon that contains exactly these cells', () => {
  fc.assert(
    fc.property(someCells, (cells) => {
      for (const group of connectedCellGroups(cells)) {
        const { coordinates } = zonePolygon(group)
        expect(coordinates).toHaveLength(1)
        expect(polygonToCells(coordinates[0]!, 8, true).sort()).toEqual(group)
      }
    }),
    RUNS,
  )
})

test('an outline is closed and follows the corners of its cells to a centimetre', () => {
  const group = connectedCellGroups(FIELD)[0]!
  const corners = group.flatMap((cell) => cellToBoundary(cell, true))
  const [ring] = zonePolygon(group).coordinates[0]!
  expect(ring![0]).toEqual(ring!.at(-1))
  for (const [lng, lat] of ring!)
    expect(Math.min(...corners.map(([x, y]) => Math.hypot(x! - lng, y! - lat)))).toBeLessThan(1e-7)
})
