/** What lies at one place of the map, by name. */
import { type Localizer, localizedName } from '../language/language.js'
import type { MapHit } from '../map/selection.js'
import { PlanSign, Swatch } from '../legend/swatch.js'

/** What the pointer is over; the panel tells the same, and more, to those who have none. */
export function Readout({ words, here }: { words: Localizer; here: readonly MapHit[] }) {
  return (
    <p class="under card" aria-hidden="true">
      {here.map((one) => (
        <span key={one.kind} class={one.kind}>
          {one.class && <Swatch of={one.class} />}
          {one.state && <PlanSign of={one.state} />} <bdi>{labelOf(words, one)}</bdi>
        </span>
      ))}
    </p>
  )
}

interface AlsoHereProps {
  words: Localizer
  /** Others than what the panel tells of. */
  here: readonly MapHit[]
  onChoose(one: MapHit): void
}

/** Where several things lie on top of each other, each can be reached. */
export function AlsoHere({ words, here, onChoose }: AlsoHereProps) {
  if (here.length === 0) return null
  return (
    <nav class="also" aria-label={words.t('alsoHere')}>
      <span aria-hidden="true">{words.t('alsoHere')}</span>
      {here.map((one) => (
        <button
          key={`${one.kind} ${one.id}`}
          class="small"
          data-kind={one.kind}
          onClick={() => onChoose(one)}
        >
          {one.class && <Swatch of={one.class} />}
          {one.state && <PlanSign of={one.state} />} {words.t(`kind_${one.kind}`)}:{' '}
          <bdi>{labelOf(words, one)}</bdi>
        </button>
      ))}
    </nav>
  )
}

function labelOf(
  { lang, t }: Localizer,
  { kind, themeWordKey: word, class: colour, nameFr, nameAr, cells }: MapHit,
): string {
  if (kind === 'zone') return t('zoneHere', { class: t(colour!), n: cells ?? 0 })
  if (nameFr !== null) return localizedName(lang, { nameFr, nameAr: nameAr ?? nameFr })
  if (word) return t(word)
  return colour ? t(colour) : t('kind_cell')
}
