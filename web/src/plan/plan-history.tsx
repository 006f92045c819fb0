/** The history of an item: its versions and its findings. */
import { type Localizer, bidiIsolated, listText } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import type { PlanDetail } from '../api/schemas.js'
import type { PlanVersion } from './plan-api.js'
import { PLAN_DATES } from './plan-texts.js'
import { PlanStateLabel } from './state.js'
import { WORDS, columnText } from './words.js'

export function PlanHistory({
  words,
  detail: { versions, findings },
}: {
  words: Localizer
  detail: PlanDetail
}) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      <h3>{t('history')}</h3>
      <ol class="plan-history" reversed>
        {versions.map((version, i) => (
          <li key={version.version}>
            <bdi>
              {t('versionBy', {
                version: String(version.version),
                moment: words.dateTime(version.changedAt),
                author: version.author,
              })}
            </bdi>
            {version.source && <> · {t('fromFile', { file: version.source })}</>}
            {version.withdrawn && <> · {t('withdrawn')}</>}
            <br />
            <bdi>{version.comment}</bdi>
            <VersionChanges words={words} from={versions[i + 1] ?? null} to={version} />
          </li>
        ))}
      </ol>
      <h3>{t('findings')}</h3>
      <ul class="plan-history">
        {findings.map(({ state, since, run }) => (
          <li key={since}>
            {words.dateTime(since)} · <PlanStateLabel words={words} of={state} />
            {run !== null && <> · {t('inRun', { run: String(run) })}</>}
          </li>
        ))}
      </ul>
    </>
  )
}

const COMPARED_FIELDS = [
  'nameFr',
  'nameAr',
  'areaCode',
  'operator',
  'technology',
  'targetBps',
  ...PLAN_DATES,
] as const

interface ChangesProps {
  words: Localizer
  /** The version before `to`; null if `to` is the first. */
  from: PlanVersion | null
  to: PlanVersion
}

function VersionChanges({ words, from, to }: ChangesProps) {
  const t = words.translatorOf(WORDS)
  if (!from) return null
  const changes = COMPARED_FIELDS.filter((field) => from[field] !== to[field]).map(
    (field) => `${columnText(t, field)}: ${valueText(words, field, from)} → ${valueText(words, field, to)}`,
  )
  if (changes.length === 0) return null
  return <small>{t('changedFields', { fields: listText(words, changes) })}</small>
}

const isDate = (field: string) => (PLAN_DATES as readonly string[]).includes(field)

function valueText(words: Localizer, field: (typeof COMPARED_FIELDS)[number], version: PlanVersion): string {
  const value = version[field]
  if (value === null) return '–'
  if (field === 'operator') return operatorName(words, version.operator)
  if (field === 'technology') return technologyName(words, version.technology)
  if (field === 'targetBps') return words.mbit(Number(value))
  return bidiIsolated(isDate(field) ? words.date(String(value)) : String(value))
}
