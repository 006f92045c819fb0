/** The part of the cell's panel about disputes: open ones, decided ones, and a button to open another. */
import { useQuery, queryValueOf } from '../api/use-query.js'
import type { Account, Cell } from '../api/schemas.js'
import type { Connection } from '../api/connection.js'
import type { Localizer } from '../language/language.js'
import { ContestDialog } from './contest.js'
import { type Dispute, disputesApi, useDisputeChanges } from './disputes-api.js'
import './disputes.css'
import { Deadline, DisputeStateLabel, claimedText, subjectText } from './parts.js'
import { WORDS } from './words.js'

interface CellDisputesProps {
  words: Localizer
  connection: Connection
  cell: Cell
  run: number
  account: Account | null
  /** Opens a dispute in the view beside the map. */
  onDispute(id: string): void
}

/** The panel shows only the newest; the view beside the map has them all. */
const MAX_SHOWN_DISPUTES = 5

export function CellDisputesSection({ words, connection, cell, run, account, onDispute }: CellDisputesProps) {
  const t = words.translatorOf(WORDS)
  const changes = useDisputeChanges()
  const params = { cell: cell.h3, limit: MAX_SHOWN_DISPUTES }
  const key = `disputes ${cell.h3} ${account?.name} ${changes}`
  const page = queryValueOf(useQuery(connection, key, (signal) => disputesApi.list(params, signal)))
  const mayContest = account !== null && !account.mustChangePassword
  if (!mayContest && !page?.items.length) return null
  return (
    <section class="of-cell" aria-label={t('ofCell')}>
      {page?.items.map((dispute) => (
        <CellDispute key={dispute.id} {...{ words, dispute, onDispute }} />
      ))}
      {mayContest && (
        <ContestDialog key={cell.h3} {...{ words, cell, run }} onOpened={({ id }) => onDispute(id)} />
      )}
    </section>
  )
}

type CellDisputeProps = Pick<CellDisputesProps, 'words' | 'onDispute'> & { dispute: Dispute }

function CellDispute({ words, dispute, onDispute }: CellDisputeProps) {
  const t = words.translatorOf(WORDS)
  return (
    <div class="contested">
      <p>
        <strong>{outcomeText(words, dispute)}</strong> <Deadline words={words} dispute={dispute} />
      </p>
      <p>
        {subjectText(words, dispute)} · {t('claimed', { claimed: claimedText(words, dispute.claimed) })}
      </p>
      {dispute.decision && <p dir="auto">{dispute.decision}</p>}
      <p>
        <DisputeStateLabel words={words} state={dispute.state} />{' '}
        <button class="link" onClick={() => onDispute(dispute.id)}>
          {t('seeDispute')}
        </button>
      </p>
    </div>
  )
}

function outcomeText(words: Localizer, { state, decidedAt }: Dispute): string {
  const t = words.translatorOf(WORDS)
  const date = words.date(decidedAt ?? 0)
  if (state === 'upheld') return t('cellUpheld', { date })
  if (state === 'rejected') return t('cellRejected', { date })
  if (state === 'withdrawn') return t('cellWithdrawn')
  return t('cellUnfinished', { state: t(`state_${state}`) })
}
