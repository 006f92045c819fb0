/** Components shared by the list, the single dispute and the cell's panel. */
import type { ClaimedState, DisputeState } from '#domain/dispute'
import { type Localizer, bidiIsolated, localizedName } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import type { Author, Dispute } from './disputes-api.js'
import { WORDS } from './words.js'

/** Signs beside the words, for readers who cannot tell the colours apart. */
const SIGNS: Record<DisputeState, string> = {
  open: '○',
  under_review: '◐',
  more_asked: '?',
  answered: '↩',
  upheld: '✓',
  rejected: '✗',
  withdrawn: '–',
}

export function DisputeStateLabel({ words, state }: { words: Localizer; state: DisputeState }) {
  return (
    <span class={`dispute-state ${state}`}>
      <span aria-hidden="true">{SIGNS[state]}</span> {words.translatorOf(WORDS)(`state_${state}`)}
    </span>
  )
}

const isUnfinished = ({ state }: Pick<Dispute, 'state'>) =>
  state !== 'upheld' && state !== 'rejected' && state !== 'withdrawn'

/** Days until the deadline of an unfinished dispute; a word and a sign show that it has passed. */
export function Deadline({ words, dispute }: { words: Localizer; dispute: Dispute }) {
  const t = words.translatorOf(WORDS)
  if (!isUnfinished(dispute)) return null
  return dispute.overdue ? (
    <strong class="overdue">
      <span aria-hidden="true">⚠</span> {t('overdue', { n: -dispute.daysLeft })}
    </strong>
  ) : (
    <span>{t('daysLeft', { n: dispute.daysLeft })}</span>
  )
}

export function subjectText(words: Localizer, dispute: Dispute): string {
  const t = words.translatorOf(WORDS)
  if (dispute.subject === 'verdict')
    return t('subject_verdict', { standing: words.t(dispute.standing as 'white') })
  return t('subject_declaration', {
    network: networkName(words, dispute),
    speed: words.mbit(Number(dispute.standing)),
  })
}

export const networkName = (
  words: Localizer,
  { operator, technology }: { operator: string | null; technology: string | null },
): string =>
  [operatorName(words, operator), technologyName(words, technology)]
    .filter(Boolean)
    .map(bidiIsolated)
    .join(' ')

export function claimedText(words: Localizer, claimed: ClaimedState): string {
  return claimed === 'slower' || claimed === 'absent' ? words.translatorOf(WORDS)(claimed) : words.t(claimed)
}

export function disputePlaceText(words: Localizer, { placeFr, placeAr, h3 }: Dispute): string {
  if (placeFr === null || placeAr === null)
    return words.translatorOf(WORDS)('cellOnly', { h3: bidiIsolated(h3) })
  return localizedName(words.lang, { nameFr: placeFr, nameAr: placeAr })
}

export function authorText(words: Localizer, { role, operator, name }: Author): string {
  const t = words.translatorOf(WORDS)
  const roleText = t(`role_${role}`, { operator: bidiIsolated(operatorName(words, operator)) })
  return name ? `${roleText} · ${bidiIsolated(name)}` : roleText
}
