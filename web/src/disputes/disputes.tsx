/** Disputes beside the map: the list with its filters, and one of them. */
import { DISPUTE_STATES } from '#domain/dispute'
import { OPERATOR_NAMES } from '#domain/operator'
import { useEffect, useState } from 'preact/hooks'
import { useQuery, queryValueOf } from '../api/use-query.js'
import type { Localizer } from '../language/language.js'
import type { Marks, MarkTone } from '../map/marks.js'
import { operatorName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import type { ViewProps } from '../app/view-props.js'
import { type Dispute, disputesApi, useDisputeChanges } from './disputes-api.js'
import './disputes.css'
import { DisputeView } from './one-dispute.js'
import { Deadline, DisputeStateLabel, claimedText, disputePlaceText, subjectText } from './parts.js'
import { WORDS } from './words.js'

/** In one step of the list. */
const PAGE_SIZE = 50

export function Disputes(props: ViewProps) {
  const { words, connection, account, area, viewState: kept, onViewState: onKeep, onMarks } = props
  const t = words.translatorOf(WORDS)
  const changes = useDisputeChanges()
  const [limit, setLimit] = useState(PAGE_SIZE)
  const filter = filterOf(kept, area)
  const key = `disputes ${filter.toString()} ${limit} ${account?.name} ${changes}`
  const asked = useQuery(connection, key, (signal) =>
    disputesApi.list({ ...Object.fromEntries(filter), limit }, signal),
  )
  const found = queryValueOf(asked)
  const chosen = kept['dispute'] ?? null
  useEffect(() => {
    if (found) onMarks(marksOf(words, found.items, chosen))
  }, [found, chosen, words])
  const keep = (name: string, value: string) => {
    setLimit(PAGE_SIZE)
    onKeep({ ...kept, [name]: value })
  }
  if (chosen) return <DisputeView {...props} id={chosen} onBack={() => onKeep({ ...kept, dispute: '' })} />
  return (
    <>
      <h2>{t('title')}</h2>
      <p>{t('hint')}</p>
      <Filters words={words} viewState={kept} onKeep={keep} />
      {area && <p class="source">{t('inArea')}</p>}
      {!asked && <p role="status">{words.t('loading')}</p>}
      {asked && 'refused' in asked && <p class="problem">{problemText(words, asked.refused)}</p>}
      {found && found.items.length === 0 && <p>{t('empty')}</p>}
      {found && found.items.length > 0 && (
        <>
          <ul class="disputes">
            {found.items.map((dispute) => (
              <Row key={dispute.id} {...{ words, dispute }} onOpen={() => keep('dispute', dispute.id)} />
            ))}
          </ul>
          {found.next && <button onClick={() => setLimit(limit + PAGE_SIZE)}>{t('more')}</button>}
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

function filterOf(kept: ViewProps['viewState'], area: string | null): URLSearchParams {
  const given = { area, state: kept['state'], operator: kept['operator'], overdue: kept['overdue'] }
  return new URLSearchParams(
    Object.entries(given).filter((entry): entry is [string, string] => Boolean(entry[1])),
  )
}

interface FiltersProps extends Pick<ViewProps, 'words' | 'viewState'> {
  onKeep(name: string, value: string): void
}

function Filters({ words, viewState: kept, onKeep }: FiltersProps) {
  const t = words.translatorOf(WORDS)
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

function Row({ words, dispute, onOpen }: { words: Localizer; dispute: Dispute; onOpen(): void }) {
  const t = words.translatorOf(WORDS)
  return (
    <li data-id={dispute.id}>
      <p>
        <button class="link" onClick={onOpen}>
          <bdi>{disputePlaceText(words, dispute)}</bdi>
        </button>{' '}
        <DisputeStateLabel words={words} state={dispute.state} /> <Deadline words={words} dispute={dispute} />
      </p>
      <p>
        {subjectText(words, dispute)} · {t('claimed', { claimed: claimedText(words, dispute.claimed) })}
      </p>
      <small>
        {t('openedOn')} {words.date(dispute.openedAt)}
        {dispute.simulated && ` · ${t('simulated')}`}
      </small>
    </li>
  )
}

/** Where nothing stands any more, nothing is marked. */
const DISPUTE_TONES: Partial<Record<Dispute['state'], MarkTone>> = {
  open: 'waiting',
  under_review: 'waiting',
  more_asked: 'waiting',
  answered: 'waiting',
  upheld: 'good',
}

function marksOf(words: Localizer, items: readonly Dispute[], chosen: string | null): Marks {
  return {
    type: 'FeatureCollection',
    features: items.flatMap((dispute) => {
      const tone = dispute.id === chosen ? 'chosen' : dispute.overdue ? 'bad' : DISPUTE_TONES[dispute.state]
      if (!tone) return []
      const label = `${disputePlaceText(words, dispute)}: ${words.translatorOf(WORDS)(`state_${dispute.state}`)}`
      const geometry = { type: 'Point' as const, coordinates: [dispute.lng, dispute.lat] }
      return [{ type: 'Feature' as const, geometry, properties: { tone, label } }]
    }),
  }
}
