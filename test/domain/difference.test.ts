import { CLASSES, STANDINGS, changeDirectionOf } from '#domain/verdict'
import { expect, test } from 'vitest'

test('better is towards black, worse away from it, and the direction is `other` where one side is undecided', () => {
  const changesOf = (direction: string) =>
    STANDINGS.flatMap((from) => STANDINGS.map((to) => [from, to] as const))
      .filter(([from, to]) => changeDirectionOf(from, to) === direction)
      .map(([from, to]) => `${from} ${to}`)
  expect(changesOf('better')).toEqual(['white grey', 'white black', 'grey black'])
  expect(changesOf('worse')).toEqual(['grey white', 'black white', 'black grey'])
  expect(changesOf('other')).toHaveLength(STANDINGS.length ** 2 - 6)
  expect(STANDINGS).toEqual([...CLASSES, 'none'])
})
