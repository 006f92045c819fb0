/** A verdict's confidence and reasons as sentences. */
import type { Reason } from '../api/schemas.js'
import { type Localizer, bidiIsolated, listText, percentText } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { failuresText } from './failures.js'

/**
 * A word goes with the figure, because a bare figure is taken for more than it is. Each word has its minimum
 * confidence.
 */
const CONFIDENCE_WORDS = [
  [0.99, 'confidenceVeryHigh'],
  [0.95, 'confidenceHigh'],
  [0.9, 'confidenceFair'],
  [0, 'confidenceLow'],
] as const

export function confidenceText(words: Localizer, confidence: number): string {
  if (confidence <= 0) return words.t('noConfidence')
  const [, word] = CONFIDENCE_WORDS.find(([minConfidence]) => confidence >= minConfidence)!
  return words.t('confidence', { percent: percentText(words, confidence, 1), word: words.t(word) })
}

export function reasonSentence(words: Localizer, reason: Reason): string {
  const { code, operator, technology, operators = [], missing = [], passes = 0, samples = 0 } = reason
  const { untried = [], technologies = [], presence = null } = reason
  const network = [operatorName(words, operator), technologyName(words, technology)]
  const operatorNames = operators.map((id) => bidiIsolated(operatorName(words, id)))
  const failures = failuresText(words, { passes, samples, failures: reason.failures })
  const sentence = words.t(`reason_${code}`, {
    passes,
    samples,
    noService: reason.noService ?? 0,
    blackFrom: reason.blackFrom ?? 0,
    speed: words.mbit(reason.declaredBps ?? 0),
    date: reason.plannedBy ? words.date(reason.plannedBy) : '',
    operator: bidiIsolated(network[0]!),
    network: network.filter(Boolean).map(bidiIsolated).join(' '),
    operators: listText(words, operatorNames),
    untried: listText(
      words,
      untried.map((id) => bidiIsolated(operatorName(words, id))),
    ),
    untriedCount: untried.length,
    technologies: listText(
      words,
      technologies.map((one) => bidiIsolated(technologyName(words, one))),
    ),
    isLikely: presence === null ? 'unknown' : 'known',
    presence: percentText(words, presence ?? 0),
    missing: listText(
      words,
      missing.map((m) => words.t(`missing_${m}`)),
    ),
  })
  return failures ? `${sentence} ${words.t('failures', { list: failures })}` : sentence
}
