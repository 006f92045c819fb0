import { CLASSES } from '#domain/verdict'
import type { Counts } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'
import { Swatch } from '../legend/swatch.js'

/** Number of cells of each class that was counted. */
export function CountList({ words, counts }: { words: Localizer; counts: Partial<Counts> }) {
  const rows = [...CLASSES, 'notMeasured' as const].filter((row) => counts[row] !== undefined)
  return (
    <ul class="counts">
      {rows.map((row) => (
        <li key={row}>
          <Swatch of={row} /> <span class="word">{words.t(row)}</span>
          <span class="count">{words.number(counts[row]!)}</span>
        </li>
      ))}
    </ul>
  )
}
