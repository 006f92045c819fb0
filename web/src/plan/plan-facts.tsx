/** The promises of an item, and the measurements that confirm or contradict them. */
import type { Localizer } from '../language/language.js'
import type { PlanItem } from './plan-api.js'
import { PLAN_DATES, planNetworkText, targetText } from './plan-texts.js'
import { PlanStateLabel } from './state.js'
import { WORDS } from './words.js'

interface FactsProps {
  words: Localizer
  item: PlanItem
}

export function PlanFacts({ words, item }: FactsProps) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      <p>
        <PlanStateLabel words={words} of={item.state} />
        {item.simulated && ` (${t('simulated')})`}
      </p>
      <p>
        {t('saidIs', { step: t(`step_${item.step}`) })}{' '}
        {item.state !== item.step &&
          t('foundIs', { date: words.date(item.since), state: t(`state_${item.state}`) })}
      </p>
      {item.step === 'in_service' && <PlanEvidenceText words={words} item={item} />}
      <dl class="plan-facts">
        <dt>{t('network')}</dt>
        <dd>
          <bdi>{planNetworkText(words, item)}</bdi>
          {item.targetBps !== null && (
            <>
              <br />
              <bdi>{targetText(words, item.targetBps)}</bdi>
            </>
          )}
        </dd>
        {PLAN_DATES.map((field) => (
          <Fact key={field} name={t(field)} value={item[field] === null ? '–' : words.date(item[field])} />
        ))}
        <Fact name={t('areaCode')} value={item.areaCode ?? '–'} />
      </dl>
    </>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </>
  )
}

function PlanEvidenceText({ words, item }: FactsProps) {
  const t = words.translatorOf(WORDS)
  const { evidence, state } = item
  if (!evidence) return <p>{t('notMeasured')}</p>
  const { passes, samples, noService, cells, cellsMeasured, minDownloadBps } = evidence
  const isUnsettled = state === 'in_service'
  return (
    <p>
      {t('measured', {
        passes: words.number(passes),
        samples: words.number(samples),
        noService,
        speed: words.mbit(minDownloadBps),
        measured: words.number(cellsMeasured),
        cells: words.number(cells),
      })}{' '}
      {isUnsettled && t(evidence.state === 'present' ? 'tooFewCells' : 'undecided')}
    </p>
  )
}
