/** Tables of the roster: what is in force, and all that was ever written. */
import type { Area } from '../api/schemas.js'
import { type Localizer, bidiIsolated } from '../language/language.js'
import { operatorName } from '../language/network-names.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { placeText, technologiesText, timeText } from './entry-texts.js'
import type { RosterEntry } from './roster-api.js'
import type { ClosingKind } from './roster-form.js'
import { WORDS } from './words.js'

interface TableProps {
  words: Localizer
  entries: readonly RosterEntry[]
  regions: readonly Area[]
}

const COLUMNS = ['operator', 'technologies', 'place', 'time', 'source'] as const

export function RosterTable(props: TableProps & { onClose(entry: RosterEntry, kind: ClosingKind): void }) {
  const { words, entries, regions, onClose } = props
  const t = words.translatorOf(WORDS)
  return (
    <DataTable
      caption={t('entries')}
      boxClass="rows"
      head={<HeadRow names={[...COLUMNS, 'actions']} t={t} />}
    >
      {entries.map((entry) => (
        <tr key={entry.id} data-entry={entry.id}>
          <EntryCells {...{ words, entry, regions }} />
          <td>
            {(['end', 'withdraw'] as const).map((kind) => (
              <button key={kind} type="button" onClick={() => onClose(entry, kind)}>
                {t(kind)}
                <span class="hidden"> {operatorName(words, entry.operator)}</span>
              </button>
            ))}
          </td>
        </tr>
      ))}
    </DataTable>
  )
}

export function RosterHistory({ words, entries, regions }: TableProps) {
  const t = words.translatorOf(WORDS)
  const by = (author: string, moment: string) => ({
    author: bidiIsolated(author),
    moment: words.dateTime(moment),
  })
  return (
    <DataTable
      caption={t('showHistory')}
      isCaptionHidden
      boxClass="rows"
      head={<HeadRow names={[...COLUMNS, 'written', 'state']} t={t} />}
    >
      {entries.map((entry) => (
        <tr key={entry.id}>
          <EntryCells {...{ words, entry, regions }} />
          <td class="why">
            {t('by', by(entry.author, entry.receivedAt))}
            {entry.comment && (
              <small>
                <bdi>{entry.comment}</bdi>
              </small>
            )}
          </td>
          <td class="why">
            {entry.withdrawnAt === null
              ? t('inForce')
              : t('withdrawnBy', by(entry.withdrawnBy ?? '', entry.withdrawnAt))}
            {entry.withdrawalComment && (
              <small>
                <bdi>{entry.withdrawalComment}</bdi>
              </small>
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  )
}

function EntryCells({ words, entry, regions }: Omit<TableProps, 'entries'> & { entry: RosterEntry }) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      <th scope="row">
        <bdi>{operatorName(words, entry.operator)}</bdi>
      </th>
      <td class="why">{technologiesText(words, entry)}</td>
      <td class="why">{placeText(words, entry, regions)}</td>
      <td class="why">{timeText(words, entry)}</td>
      <td class="why">
        <bdi>{entry.source}</bdi>
        {entry.isAssumption && <span class="assumption">{t('assumption')}</span>}
      </td>
    </>
  )
}
