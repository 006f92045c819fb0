import { CLASSES, STANDINGS, changeDirectionOf } from '#domain/verdict'
import { expect, test } from 'vitest'

test('better is towards black, worse the other way round, and nothing is said where one side is not decided', () => {
  const told = (direction: string) =>
    STANDINGS.flatMap((from) => STANDINGS.map((to) => [from, to] as const))
      .filter(([from, to]) => changeDirectionOf(from, to) === direction)
      .map(([from, to]) => `${from} ${to}`)
  expect(told('better')).toEqual(['white grey', 'white black', 'grey black'])
  expect(told('worse')).toEqual(['grey white', 'black white', 'black grey'])
  expect(told('other')).toHaveLength(STANDINGS.length ** 2 - 6)
  expect(STANDINGS).toEqual([...CLASSES, 'none'])
})
