/** Lists what lies at one place of the map, by name. */
import { type Localizer, localizedName } from '../language/language.js'
import { PlanSign, Swatch } from '../legend/swatch.js'
import type { MapHit } from '../map/selection.js'

interface HitsProps {
  words: Localizer
  hits: readonly MapHit[]
}

/** Names what the pointer is over. Hidden from screen readers: the panel tells the same and more. */
export function Readout({ words, hits }: HitsProps) {
  return (
    <p class="under card" aria-hidden="true">
      {hits.map((hit) => (
        <span key={hit.kind} class={hit.kind}>
          <HitSign hit={hit} /> <bdi>{labelOf(words, hit)}</bdi>
        </span>
      ))}
    </p>
  )
}

/** Lists the other features at the clicked place, beside the one that the panel shows, each selectable. */
export function AlsoHere({ words, hits, onChoose }: HitsProps & { onChoose(hit: MapHit): void }) {
  if (hits.length === 0) return null
  return (
    <nav class="also" aria-label={words.t('alsoHere')}>
      <span aria-hidden="true">{words.t('alsoHere')}</span>
      {hits.map((hit) => (
        <button
          key={`${hit.kind} ${hit.id}`}
          class="small"
          data-kind={hit.kind}
          onClick={() => onChoose(hit)}
        >
          <HitSign hit={hit} /> {words.t(`kind_${hit.kind}`)}: <bdi>{labelOf(words, hit)}</bdi>
        </button>
      ))}
    </nav>
  )
}

function HitSign({ hit }: { hit: MapHit }) {
  return (
    <>
      {hit.class && <Swatch of={hit.partial ?? hit.class} />}
      {hit.state && <PlanSign of={hit.state} />}
    </>
  )
}

function labelOf({ lang, t }: Localizer, hit: MapHit): string {
  const { kind, themeWordKey, partial, nameFr, nameAr, cells } = hit
  if (kind === 'zone') return t('zoneHere', { class: t(hit.class!), n: cells ?? 0 })
  if (nameFr !== null) return localizedName(lang, { nameFr, nameAr: nameAr ?? nameFr })
  if (themeWordKey) return t(themeWordKey)
  if (partial) return t(`partial_${partial}`)
  return t(hit.class ?? 'kind_cell')
}
