/** One item of the plan: what is said, what was measured, how it came to be so; a planner changes it here. */
import type { PlanFields } from '#domain/plan'
import { useEffect, useState } from 'preact/hooks'
import { useQuery, queryValueOf } from '../api/use-query.js'
import type { Connection } from '../api/connection.js'
import { type Localizer, bidiIsolated, listText } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import type { PlaceFieldsProps } from './place-fields.js'
import { type PlanDetail, type PlanItem, type PlanVersion, planApi } from './plan-api.js'
import { PlanForm } from './plan-form.js'
import { PlanStateLabel } from './state.js'
import { WORDS, fieldText } from './words.js'

interface Props {
  words: Localizer
  connection: Connection
  code: string
  mayEdit: boolean
  onBack(): void
  onMap(item: PlanItem): void
  /** The item is known; null: it was withdrawn. */
  onShown(item: PlanItem | null): void
  /** The item was changed. */
  onChange(): void
  onPlace: PlaceFieldsProps['onPlace']
  onTakePlace: PlaceFieldsProps['onTakePlace']
}

export function PlanItemView(props: Props) {
  const { words, connection, code, mayEdit, onBack, onMap, onShown, onChange, onPlace, onTakePlace } = props
  const t = words.translatorOf(WORDS)
  const [loads, setLoads] = useState(0)
  const [isEditing, setEditing] = useState(false)
  const [said, setSaid] = useState('')
  const asked = useQuery(connection, `${code} ${loads}`, (signal) => planApi.one(code, signal))
  const [known, setKnown] = useState<PlanDetail | null>(null)
  const found = queryValueOf(asked) ?? (known?.code === code ? known : null)
  const item = found?.standing ?? null
  useEffect(() => onShown(item), [item])
  const done = (next: PlanDetail | null, message: string) => {
    setKnown(next ?? found)
    setEditing(false)
    setSaid(message)
    setLoads(loads + 1)
    onChange()
  }
  return (
    <>
      <p class="plan-bar">
        <button onClick={onBack}>{t('back')}</button>
        {item && <button onClick={() => onMap(item)}>{t('onMap')}</button>}
        {item && mayEdit && !isEditing && <button onClick={() => setEditing(true)}>{t('edit')}</button>}
      </p>
      <p role="status" class="hint">
        {said}
      </p>
      {asked && 'refused' in asked && <p class="problem">{problemText(words, asked.refused)}</p>}
      {!found && !asked && <p role="status">{words.t('loading')}</p>}
      {found && (
        <>
          <h2>
            <bdi>{planItemName(words, found.versions[0]!)}</bdi>{' '}
            <small class="code" dir="ltr">
              {code}
            </small>
          </h2>
          {item ? <PlanFacts words={words} item={item} /> : <p>{t('withdrawn')}</p>}
          {item && isEditing && (
            <PlanForm
              words={words}
              item={item}
              onDone={(next) => done(next, t('saved', { version: String(next.versions[0]!.version) }))}
              onConflict={() => done(null, t('conflict'))}
              onClose={() => setEditing(false)}
              {...{ onPlace, onTakePlace }}
            />
          )}
          <History words={words} detail={found} />
        </>
      )}
    </>
  )
}

/** A list in one language only has one name. */
export const planItemName = (
  { lang }: Localizer,
  { nameFr, nameAr }: Pick<PlanFields, 'nameFr' | 'nameAr'>,
): string => (lang === 'ar' ? (nameAr ?? nameFr) : nameFr)

export const planNetworkText = (
  words: Localizer,
  { operator, technology }: Pick<PlanFields, 'operator' | 'technology'>,
): string => {
  const names = [operator && operatorName(words, operator), technology && technologyName(words, technology)]
  return names.filter(Boolean).join(' · ') || words.translatorOf(WORDS)('nobody')
}

const MBIT = 1e6
export const speedText = (words: Localizer, bps: number | null): string =>
  bps === null ? '' : `${words.number(bps / MBIT, 1)} ${words.lang === 'ar' ? 'ميغابت/ث' : 'Mbit/s'}`

const DATES = ['awardedOn', 'startedOn', 'promisedBy', 'inServiceOn'] as const

export function PlanFacts({ words, item }: { words: Localizer; item: PlanItem }) {
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
              <bdi>{speedText(words, item.targetBps)}</bdi>
            </>
          )}
        </dd>
        {DATES.map((field) => (
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

function PlanEvidenceText({ words, item }: { words: Localizer; item: PlanItem }) {
  const t = words.translatorOf(WORDS)
  const { evidence, state } = item
  if (!evidence) return <p>{t('notMeasured')}</p>
  const { passes, samples, cells, cellsMeasured, minDownloadBps } = evidence
  const isUnsettled = state === 'in_service'
  return (
    <p>
      {t('measured', {
        passes: words.number(passes),
        samples: words.number(samples),
        speed: words.number(minDownloadBps / MBIT, 1),
        measured: words.number(cellsMeasured),
        cells: words.number(cells),
      })}{' '}
      {isUnsettled && t(evidence.state === 'present' ? 'tooFewCells' : 'undecided')}
    </p>
  )
}

function History({ words, detail: { versions, findings } }: { words: Localizer; detail: PlanDetail }) {
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
  ...DATES,
] as const

function VersionChanges({
  words,
  from,
  to,
}: {
  words: Localizer
  from: PlanVersion | null
  to: PlanVersion
}) {
  const t = words.translatorOf(WORDS)
  if (!from) return null
  const told = COMPARED_FIELDS.filter((field) => from[field] !== to[field]).map(
    (field) => `${fieldText(t, field)}: ${valueIn(words, field, from)} → ${valueIn(words, field, to)}`,
  )
  if (told.length === 0) return null
  return <small>{t('changedFields', { fields: listText(words, told) })}</small>
}

const isDate = (field: string) => (DATES as readonly string[]).includes(field)

function valueIn(words: Localizer, field: (typeof COMPARED_FIELDS)[number], version: PlanVersion): string {
  const value = version[field]
  if (value === null) return '–'
  if (field === 'operator') return operatorName(words, version.operator)
  if (field === 'technology') return technologyName(words, version.technology)
  if (field === 'targetBps') return words.number(Number(value) / MBIT, 1)
  return bidiIsolated(isDate(field) ? words.date(String(value)) : String(value))
}
