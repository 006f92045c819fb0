import { CLASSES, type PartialKnowledge } from '#domain/verdict'
import { Fragment } from 'preact'
import type { Counts, PartialCounts } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'
import { Swatch } from '../legend/swatch.js'

interface CountProps {
  words: Localizer
  counts: Partial<Counts>
  /** Parts of the undecided cells. */
  partial?: PartialCounts | null
}

/** Number of cells of each class that was counted. */
export function CountList({ words, counts, partial }: CountProps) {
  const rows = [...CLASSES, 'notMeasured' as const].filter((row) => counts[row] !== undefined)
  return (
    <ul class="counts">
      {rows.map((row) => (
        <Fragment key={row}>
          <CountRow words={words} of={row} text={words.t(row)} count={counts[row]!} />
          {row === 'unknown' &&
            partialRowsOf(partial).map(({ name, count }) => (
              <CountRow
                key={name}
                isPart
                words={words}
                of={name}
                text={words.t(`partial_${name}`)}
                count={count}
              />
            ))}
        </Fragment>
      ))}
    </ul>
  )
}

/** The parts of the undecided cells with their numbers; empty where there are none, as under a rule without a roster. */
export function partialRowsOf(
  partial: PartialCounts | null | undefined,
): { name: PartialKnowledge; count: number }[] {
  if (!partial || partial.served + partial.noneTried === 0) return []
  return [
    { name: 'served', count: partial.served },
    { name: 'none_tried', count: partial.noneTried },
  ]
}

interface CountRowProps {
  words: Localizer
  of: Parameters<typeof Swatch>[0]['of']
  text: string
  count: number
  /** Whether it is a part of the row above. */
  isPart?: boolean
}

const CountRow = ({ words, of, text, count, isPart }: CountRowProps) => (
  <li class={isPart ? 'part' : undefined} data-class={of}>
    <Swatch of={of} /> <span class="word">{text}</span>
    <span class="count">{words.number(count)}</span>
  </li>
)
