/** The needs of each platform of a line, with the source of the figures and how far they were checked. */
import type { Localizer } from '../language/language.js'
import type { Catalogue, Platform } from './platforms-api.js'
import { WORDS } from './words.js'

export function Needs({ words, catalogue }: { words: Localizer; catalogue: Catalogue }) {
  const t = words.translatorOf(WORDS)
  return (
    <details>
      <summary>{t('needs')}</summary>
      <ul>
        {catalogue.platforms.map((platform) => (
          <li key={platform.id}>
            <bdi>{platform.title[words.lang]}</bdi>: {needText(words, platform)}
            <small>
              <bdi>{platform.source}</bdi>
            </small>
            <span class="assumption">{t(`verification_${platform.verification}`)}</span>
          </li>
        ))}
      </ul>
      <p class="source">
        {t('version', { n: words.number(catalogue.version) })} <bdi>{catalogue.evidence.source}</bdi>
      </p>
    </details>
  )
}

function needText(words: Localizer, platform: Platform): string {
  const t = words.translatorOf(WORDS)
  const { baseDownBps, baseUpBps, perPersonDownBps, perPersonUpBps } = platform
  const base = { down: words.mbit(baseDownBps, 3), up: words.mbit(baseUpBps, 3) }
  if (perPersonDownBps === 0 && perPersonUpBps === 0) return t('need', base)
  return t('needPerPerson', {
    ...base,
    personDown: words.mbit(perPersonDownBps, 3),
    personUp: words.mbit(perPersonUpBps, 3),
  })
}
