/** Disputes beside the map: the list with its filters, and one of them. */
import { DISPUTE_STATES } from '#domain/dispute'
import { OPERATOR_NAMES } from '#domain/operator'
import { useEffect, useState } from 'preact/hooks'
import { useAnswer, valueOf } from '../answer.js'
import type { Language } from '../language.js'
import type { Marks, Tone } from '../map/marks.js'
import { operatorName } from '../network-names.js'
import { problemIn } from '../problem.js'
import type { ViewProps } from '../view-props.js'
import { type Dispute, disputes, useChanges } from './disputes-api.js'
import './disputes.css'
import { OneDispute } from './one-dispute.js'
import { Deadline, State, claimedIn, placeIn, subjectIn } from './parts.js'
import { WORDS } from './words.js'

/** In one step of the list. */
const STEP = 50

export function Disputes(props: ViewProps) {
  const { words, connection, account, area, kept, onKeep, onMarks } = props
  const t = words.says(WORDS)
  const changes = useChanges()
  const [limit, setLimit] = useState(STEP)
  const filter = filterOf(kept, area)
  const key = `disputes ${filter.toString()} ${limit} ${account?.name} ${changes}`
  const asked = useAnswer(connection, key, (signal) =>
    disputes.list({ ...Object.fromEntries(filter), limit }, signal),
  )
  const found = valueOf(asked)
  const chosen = kept['dispute'] ?? null
  useEffect(() => {
    if (found) onMarks(marksOf(words, found.items, chosen))
  }, [found, chosen, words])
  const keep = (name: string, value: string) => {
    setLimit(STEP)
    onKeep({ ...kept, [name]: value })
  }
  if (chosen) return <OneDispute {...props} id={chosen} onBack={() => onKeep({ ...kept, dispute: '' })} />
  return (
    <>
      <h2>{t('title')}</h2>
      <p>{t('hint')}</p>
      <Filters words={words} kept={kept} onKeep={keep} />
      {area && <p class="source">{t('inArea')}</p>}
      {!asked && <p role="status">{words.t('loading')}</p>}
      {asked && 'refused' in asked && <p class="problem">{problemIn(words, asked.refused)}</p>}
      {found && found.items.length === 0 && <p>{t('empty')}</p>}
      {found && found.items.length > 0 && (
        <>
          <ul class="disputes">
            {found.items.map((dispute) => (
              <Row key={dispute.id} {...{ words, dispute }} onOpen={() => keep('dispute', dispute.id)} />
            ))}
          </ul>
          {found.next && <button onClick={() => setLimit(limit + STEP)}>{t('more')}</button>}
          <p class="downloads">
            <a href={`/api/v1/disputes/table.csv?${filter.toString()}`} download>
              {t('csv')}
            </a>
            <a href={`/api/v1/disputes/table.xlsx?${filter.toString()}`} download>
              {t('xlsx')}
            </a>
          </p>
          <p class="source">{t('marksHint')}</p>
        </>
      )}
    </>
  )
}

function filterOf(kept: ViewProps['kept'], area: string | null): URLSearchParams {
  const given = { area, state: kept['state'], operator: kept['operator'], overdue: kept['overdue'] }
  return new URLSearchParams(
    Object.entries(given).filter((entry): entry is [string, string] => Boolean(entry[1])),
  )
}

interface FiltersProps extends Pick<ViewProps, 'words' | 'kept'> {
  onKeep(name: string, value: string): void
}

function Filters({ words, kept, onKeep }: FiltersProps) {
  const t = words.says(WORDS)
  return (
    <div class="dispute-filters">
      <label class="pick">
        {t('state')}
        <select value={kept['state'] ?? ''} onChange={(e) => onKeep('state', e.currentTarget.value)}>
          <option value="">{t('all')}</option>
          <option value="unfinished">{t('unfinished')}</option>
          {DISPUTE_STATES.map((state) => (
            <option key={state} value={state}>
              {t(`state_${state}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="pick">
        {t('operator')}
        <select value={kept['operator'] ?? ''} onChange={(e) => onKeep('operator', e.currentTarget.value)}>
          <option value="">{t('all')}</option>
          {Object.keys(OPERATOR_NAMES).map((operator) => (
            <option key={operator} value={operator}>
              {operatorName(words, operator)}
            </option>
          ))}
        </select>
      </label>
      <label class="toggle">
        <input
          type="checkbox"
          checked={kept['overdue'] === 'true'}
          onChange={(e) => onKeep('overdue', e.currentTarget.checked ? 'true' : '')}
        />{' '}
        {t('onlyOverdue')}
      </label>
    </div>
  )
}

function Row({ words, dispute, onOpen }: { words: Language; dispute: Dispute; onOpen(): void }) {
  const t = words.says(WORDS)
  return (
    <li data-id={dispute.id}>
      <p>
        <button class="link" onClick={onOpen}>
          <bdi>{placeIn(words, dispute)}</bdi>
        </button>{' '}
        <State words={words} state={dispute.state} /> <Deadline words={words} dispute={dispute} />
      </p>
      <p>
        {subjectIn(words, dispute)} · {t('claimed', { claimed: claimedIn(words, dispute.claimed) })}
      </p>
      <small>
        {t('openedOn')} {words.date(dispute.openedAt)}
        {dispute.simulated && ` · ${t('simulated')}`}
      </small>
    </li>
  )
}

/** Where nothing stands any more, nothing is marked. */
const TONES: Partial<Record<Dispute['state'], Tone>> = {
  open: 'waiting',
  under_review: 'waiting',
  more_asked: 'waiting',
  answered: 'waiting',
  upheld: 'good',
}

function marksOf(words: Language, items: readonly Dispute[], chosen: string | null): Marks {
  return {
    type: 'FeatureCollection',
    features: items.flatMap((dispute) => {
      const tone = dispute.id === chosen ? 'chosen' : dispute.overdue ? 'bad' : TONES[dispute.state]
      if (!tone) return []
      const label = `${placeIn(words, dispute)}: ${words.says(WORDS)(`state_${dispute.state}`)}`
      const geometry = { type: 'Point' as const, coordinates: [dispute.lng, dispute.lat] }
      return [{ type: 'Feature' as const, geometry, properties: { tone, label } }]
    }),
  }
}
