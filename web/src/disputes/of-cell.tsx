/** In the cell's panel: that its verdict or a declaration is contested, what was decided, and the way to contest it. */
import { useAnswer, valueOf } from '../answer.js'
import type { Account, Cell } from '../api.js'
import type { Connection } from '../connection.js'
import type { Language } from '../language.js'
import { Contest } from './contest.js'
import { type Dispute, disputes, useChanges } from './disputes-api.js'
import './disputes.css'
import { Deadline, State, claimedIn, subjectIn } from './parts.js'
import { WORDS } from './words.js'

export interface CellDisputesProps {
  words: Language
  connection: Connection
  cell: Cell
  run: number
  account: Account | null
  /** Shows a dispute in the view beside the map. */
  onDispute(id: string): void
}

/** The newest; the view beside the map has them all. */
const SHOWN = 5

export function OfCell({ words, connection, cell, run, account, onDispute }: CellDisputesProps) {
  const t = words.says(WORDS)
  const changes = useChanges()
  const query = { cell: cell.h3, limit: SHOWN }
  const key = `disputes ${cell.h3} ${account?.name} ${changes}`
  const found = valueOf(useAnswer(connection, key, (signal) => disputes.list(query, signal)))
  const mayContest = account !== null && !account.mustChangePassword
  if (!mayContest && !found?.items.length) return null
  return (
    <section class="of-cell" aria-label={t('ofCell')}>
      {found?.items.map((dispute) => (
        <div key={dispute.id} class="contested">
          <p>
            <strong>{standingIn(dispute)}</strong> <Deadline words={words} dispute={dispute} />
          </p>
          <p>
            {subjectIn(words, dispute)} · {t('claimed', { claimed: claimedIn(words, dispute.claimed) })}
          </p>
          {dispute.decision && <p dir="auto">{dispute.decision}</p>}
          <p>
            <State words={words} state={dispute.state} />{' '}
            <button class="link" onClick={() => onDispute(dispute.id)}>
              {t('seeDispute')}
            </button>
          </p>
        </div>
      ))}
      {mayContest && <Contest key={cell.h3} {...{ words, cell, run }} onOpened={({ id }) => onDispute(id)} />}
    </section>
  )

  function standingIn({ state, decidedAt }: Dispute): string {
    const date = words.date(decidedAt ?? 0)
    if (state === 'upheld') return t('cellUpheld', { date })
    if (state === 'rejected') return t('cellRejected', { date })
    if (state === 'withdrawn') return t('cellWithdrawn')
    return t('cellUnfinished', { state: t(`state_${state}`) })
  }
}
