/** The disputes view beside the map: a list with filters, and a single dispute. */
import { DISPUTE_STATES } from '#domain/dispute'
import { OPERATOR_NAMES } from '#domain/operator'
import { useEffect, useState } from 'preact/hooks'
import { useQuery, queryValueOf } from '../api/use-query.js'
import type { ViewState } from '../app/page-address.js'
import type { ViewProps } from '../app/view-props.js'
import { Choice } from '../form/field.js'
import type { Localizer } from '../language/language.js'
import type { Marks, MarkTone } from '../map/marks.js'
import { operatorName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import { Downloads } from '../links/downloads.js'
import { type Dispute, disputesApi, useDisputeChanges } from './disputes-api.js'
import './disputes.css'
import { DisputeView } from './dispute.js'
import { Deadline, DisputeStateLabel, claimedText, disputePlaceText, subjectText } from './parts.js'
import { WORDS } from './words.js'

/** Number of disputes that each step of the list adds. */
const PAGE_SIZE = 50

export function Disputes(props: ViewProps) {
  const { words, connection, account, area, viewState, onViewState, onMarks } = props
  const t = words.translatorOf(WORDS)
  const changes = useDisputeChanges()
  const [limit, setLimit] = useState(PAGE_SIZE)
  const filter = filterOf(viewState, area)
  const key = `disputes ${filter.toString()} ${limit} ${account?.name} ${changes}`
  const query = useQuery(connection, key, (signal) =>
    disputesApi.list({ ...Object.fromEntries(filter), limit }, signal),
  )
  const page = queryValueOf(query)
  const openedId = viewState['dispute'] ?? null
  useEffect(() => {
    if (page) onMarks(marksOf(words, page.items, openedId))
  }, [page, openedId, words])
  const setState = (name: string, value: string) => {
    setLimit(PAGE_SIZE)
    onViewState({ ...viewState, [name]: value })
  }
  if (openedId)
    return <DisputeView {...props} id={openedId} onBack={() => onViewState({ ...viewState, dispute: '' })} />
  return (
    <>
      <h2>{t('title')}</h2>
      <p>{t('hint')}</p>
      <Filters words={words} viewState={viewState} onChoose={setState} />
      {area && <p class="source">{t('inArea')}</p>}
      {!query && <p role="status">{words.t('loading')}</p>}
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {page && page.items.length === 0 && <p>{t('empty')}</p>}
      {page && page.items.length > 0 && (
        <>
          <ul class="disputes">
            {page.items.map((dispute) => (
              <Row key={dispute.id} {...{ words, dispute }} onOpen={() => setState('dispute', dispute.id)} />
            ))}
          </ul>
          {page.next && <button onClick={() => setLimit(limit + PAGE_SIZE)}>{t('more')}</button>}
          <Downloads
            path="api/v1/disputes/table"
            query={filter.toString()}
            texts={{ csv: t('csv'), xlsx: t('xlsx') }}
          />
          <p class="source">{t('marksHint')}</p>
        </>
      )}
    </>
  )
}

function filterOf({ state, operator, overdue }: ViewState, area: string | null): URLSearchParams {
  return new URLSearchParams(
    Object.entries({ area, state, operator, overdue }).filter((entry): entry is [string, string] =>
      Boolean(entry[1]),
    ),
  )
}

interface FiltersProps extends Pick<ViewProps, 'words' | 'viewState'> {
  onChoose(name: string, value: string): void
}

const STATE_FILTERS = ['unfinished', ...DISPUTE_STATES] as const

function Filters({ words, viewState, onChoose }: FiltersProps) {
  const t = words.translatorOf(WORDS)
  return (
    <div class="dispute-filters">
      <Choice
        class="pick"
        label={t('state')}
        value={(viewState['state'] ?? '') as (typeof STATE_FILTERS)[number] | ''}
        options={STATE_FILTERS}
        none={t('all')}
        textOf={(state) => (state === 'unfinished' ? t('unfinished') : t(`state_${state}`))}
        onChoose={(state) => onChoose('state', state)}
      />
      <Choice
        class="pick"
        label={t('operator')}
        value={viewState['operator'] ?? ''}
        options={Object.keys(OPERATOR_NAMES)}
        none={t('all')}
        textOf={(operator) => operatorName(words, operator)}
        onChoose={(operator) => onChoose('operator', operator)}
      />
      <label class="toggle">
        <input
          type="checkbox"
          checked={viewState['overdue'] === 'true'}
          onChange={(event) => onChoose('overdue', event.currentTarget.checked ? 'true' : '')}
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

/** A dispute that was rejected or withdrawn has no mark. */
const DISPUTE_TONES: Partial<Record<Dispute['state'], MarkTone>> = {
  open: 'waiting',
  under_review: 'waiting',
  more_asked: 'waiting',
  answered: 'waiting',
  upheld: 'good',
}

function marksOf(words: Localizer, items: readonly Dispute[], openedId: string | null): Marks {
  return {
    type: 'FeatureCollection',
    features: items.flatMap((dispute) => {
      const tone = dispute.id === openedId ? 'chosen' : dispute.overdue ? 'bad' : DISPUTE_TONES[dispute.state]
      if (!tone) return []
      const label = `${disputePlaceText(words, dispute)}: ${words.translatorOf(WORDS)(`state_${dispute.state}`)}`
      const geometry = { type: 'Point' as const, coordinates: [dispute.lng, dispute.lat] }
      return [{ type: 'Feature' as const, geometry, properties: { tone, label } }]
    }),
  }
}
