/** Short panel of a plan item that was selected on the map. */
import type { ComponentChildren } from 'preact'
import type { PlanDetail } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'
import { PlanFacts } from './plan-facts.js'
import { planItemName } from './plan-texts.js'
import './plan.css'
import { WORDS } from './words.js'

interface Props {
  words: Localizer
  item: PlanDetail
  /** Names of the areas around the item. */
  where: ComponentChildren
  /** Opens the plan view at the item. */
  onPlan(code: string): void
}

export function PlanPanel({ words, item: { code, standing, versions }, where, onPlan }: Props) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      <h2 data-plan={code}>
        <bdi>{planItemName(words, versions[0]!)}</bdi> <small>{words.t('kind_plan')}</small>
      </h2>
      {where}
      {standing ? <PlanFacts words={words} item={standing} /> : <p>{t('withdrawn')}</p>}
      <button onClick={() => onPlan(code)}>{t('openPlan')}</button>
      <p class="source">
        <bdi>{code}</bdi>
      </p>
    </>
  )
}
