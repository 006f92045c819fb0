/** Events of the log, newest first; each shows what was and what is, where something was replaced. */
import type { Localizer } from '../language/language.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { ACTIONS } from './actions.js'
import type { LogRow } from './log-api.js'
import { WORDS } from './words.js'

const COLUMNS = ['time', 'author', 'action', 'subject', 'detail'] as const

export function LogTable({ words, rows }: { words: Localizer; rows: readonly LogRow[] }) {
  const t = words.translatorOf(WORDS)
  return (
    <DataTable caption={t('events')} isCaptionHidden boxClass="rows" head={<HeadRow names={COLUMNS} t={t} />}>
      {rows.map(({ id, at, kind, author, action, subject, detail, isRedacted }) => (
        <tr key={id} data-kind={kind}>
          <td>{words.dateTime(at)}</td>
          <th scope="row" class="why">
            <bdi>{author}</bdi>
          </th>
          <td class="why">
            {ACTIONS[action]?.[words.lang] ?? <bdi>{action}</bdi>}
            <small>{t(`kind_${kind}`)}</small>
          </td>
          <td class="why">
            <bdi>{subject}</bdi>
            {isRedacted && <small>{t('redacted')}</small>}
          </td>
          <td class="why">{detail && <Detail words={words} detail={detail} />}</td>
        </tr>
      ))}
    </DataTable>
  )
}

type Values = Record<string, unknown>

function Detail({ words, detail }: { words: Localizer; detail: Values }) {
  const t = words.translatorOf(WORDS)
  const { before, after, ...others } = detail
  const replaced = 'after' in detail ? differencesOf(before as Values | null, after as Values | null) : []
  return (
    <details>
      <summary>{t('detail')}</summary>
      <dl dir="ltr">
        {Object.entries(others).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{textOf(value)}</dd>
          </div>
        ))}
        {replaced.map(({ name, from, to }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <del>{textOf(from)}</del> → <ins>{textOf(to)}</ins>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

/** The fields that differ; a thing that is new or gone has all of them. */
function differencesOf(before: Values | null, after: Values | null) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return names
    .map((name) => ({ name, from: before?.[name], to: after?.[name] }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to))
}

const textOf = (value: unknown): string =>
  value === undefined || value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value)
