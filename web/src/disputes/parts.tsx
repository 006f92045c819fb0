/** What the list, one dispute and the cell's panel say alike. */
import type { ClaimedState, DisputeState } from '#domain/dispute'
import { type Language, isolated, nameIn } from '../language.js'
import { operatorName, technologyName } from '../network-names.js'
import type { Author, Dispute } from './disputes-api.js'
import { WORDS } from './words.js'

/** Beside the word, for those who tell no colours apart. */
const SIGNS: Record<DisputeState, string> = {
  open: '○',
  under_review: '◐',
  more_asked: '?',
  answered: '↩',
  upheld: '✓',
  rejected: '✗',
  withdrawn: '–',
}

export function State({ words, state }: { words: Language; state: DisputeState }) {
  return (
    <span class={`dispute-state ${state}`}>
      <span aria-hidden="true">{SIGNS[state]}</span> {words.says(WORDS)(`state_${state}`)}
    </span>
  )
}

const isRunning = ({ state }: Pick<Dispute, 'state'>) =>
  state !== 'upheld' && state !== 'rejected' && state !== 'withdrawn'

/** Days until the deadline while it matters; overdue is said by word and sign. */
export function Deadline({ words, dispute }: { words: Language; dispute: Dispute }) {
  const t = words.says(WORDS)
  if (!isRunning(dispute)) return null
  return dispute.overdue ? (
    <strong class="overdue">
      <span aria-hidden="true">⚠</span> {t('overdue', { n: -dispute.daysLeft })}
    </strong>
  ) : (
    <span>{t('daysLeft', { n: dispute.daysLeft })}</span>
  )
}

const MBIT = 1e6

export function subjectIn(words: Language, dispute: Dispute): string {
  const t = words.says(WORDS)
  if (dispute.subject === 'verdict')
    return t('subject_verdict', { standing: words.t(dispute.standing as 'white') })
  return t('subject_declaration', {
    network: networkIn(words, dispute),
    speed: words.number(Number(dispute.standing) / MBIT, 1),
  })
}

export const networkIn = (
  words: Language,
  { operator, technology }: { operator: string | null; technology: string | null },
): string =>
  [operatorName(words, operator), technologyName(words, technology)].filter(Boolean).map(isolated).join(' ')

export function claimedIn(words: Language, claimed: ClaimedState): string {
  return claimed === 'slower' || claimed === 'absent' ? words.says(WORDS)(claimed) : words.t(claimed)
}

export function placeIn(words: Language, { placeFr, placeAr, h3 }: Dispute): string {
  if (placeFr === null || placeAr === null) return words.says(WORDS)('cellOnly', { h3: isolated(h3) })
  return nameIn(words.lang, { nameFr: placeFr, nameAr: placeAr })
}

export function authorIn(words: Language, { role, operator, name }: Author): string {
  const t = words.says(WORDS)
  const said = t(`role_${role}`, { operator: isolated(operatorName(words, operator)) })
  return name ? `${said} · ${isolated(name)}` : said
}
