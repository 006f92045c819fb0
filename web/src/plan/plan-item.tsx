/** One item of the plan: promises, measurements, history, and a planner's changes. */
import { useEffect, useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import type { PlanDetail } from '../api/schemas.js'
import { queryValueOf, useQuery } from '../api/use-query.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import type { PlaceFieldsProps } from './place-fields.js'
import { type PlanItem, planApi } from './plan-api.js'
import { PlanFacts } from './plan-facts.js'
import { PlanForm } from './plan-form.js'
import { PlanHistory } from './plan-history.js'
import { planItemName } from './plan-texts.js'
import { WORDS } from './words.js'

interface PlanItemProps extends Pick<PlaceFieldsProps, 'onPlace' | 'onPickPlace'> {
  words: Localizer
  connection: Connection
  code: string
  mayEdit: boolean
  onBack(): void
  onMap(item: PlanItem): void
  /** Reports the loaded item; null if it was withdrawn, or while it is loading. */
  onLoad(item: PlanItem | null): void
  onChange(): void
}

export function PlanItemView(props: PlanItemProps) {
  const { words, connection, code, mayEdit, onBack, onMap, onLoad, onChange, ...place } = props
  const t = words.translatorOf(WORDS)
  const [loads, setLoads] = useState(0)
  const [isEditing, setEditing] = useState(false)
  const [statusText, setStatusText] = useState('')
  const query = useQuery(connection, `${code} ${loads}`, (signal) => planApi.one(code, signal))
  /** The last loaded item stays in sight while it is loaded again. */
  const [lastDetail, setLastDetail] = useState<PlanDetail | null>(null)
  const detail = queryValueOf(query) ?? (lastDetail?.code === code ? lastDetail : null)
  const item = detail?.standing ?? null
  useEffect(() => onLoad(item), [item])
  const reload = (next: PlanDetail | null, message: string) => {
    setLastDetail(next ?? detail)
    setEditing(false)
    setStatusText(message)
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
        {statusText}
      </p>
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {!detail && !query && <p role="status">{words.t('loading')}</p>}
      {detail && (
        <>
          <ItemHeading {...{ words, detail }} />
          {item ? <PlanFacts words={words} item={item} /> : <p>{t('withdrawn')}</p>}
          {item && isEditing && (
            <PlanForm
              {...{ words, item, ...place }}
              onDone={(next) => reload(next, t('saved', { version: String(next.versions[0]!.version) }))}
              onConflict={() => reload(null, t('conflict'))}
              onClose={() => setEditing(false)}
            />
          )}
          <PlanHistory words={words} detail={detail} />
        </>
      )}
    </>
  )
}

function ItemHeading({ words, detail }: { words: Localizer; detail: PlanDetail }) {
  return (
    <h2>
      <bdi>{planItemName(words, detail.versions[0]!)}</bdi>{' '}
      <small class="code" dir="ltr">
        {detail.code}
      </small>
    </h2>
  )
}
