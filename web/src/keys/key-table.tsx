/** The table of API keys, with what can be done to each. */
import { useState } from 'preact/hooks'
import type { Area } from '../api/schemas.js'
import { type Localizer, bidiIsolated } from '../language/language.js'
import { operatorName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import { scopeText } from '../people/scope-field.js'
import { WORDS as PEOPLE_WORDS } from '../people/words.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { type ApiKey, keysApi } from './keys-api.js'
import { WORDS } from './words.js'

/** Days by which the page extends a key; the API takes any number up to a year. */
const EXTENSION_DAYS = 90

const COLUMNS = ['program', 'role', 'end', 'lastUse', 'madeColumn', 'actions'] as const

interface TableProps {
  words: Localizer
  keys: readonly ApiKey[]
  areas: readonly Area[] | null
  onChange(message: string): void
}

export function KeyTable({ words, keys, areas, onChange }: TableProps) {
  const t = words.translatorOf(WORDS)
  const [problem, setProblem] = useState('')
  const act = (work: Promise<unknown>, message: string) => {
    setProblem('')
    work.then(
      () => onChange(message),
      (error: unknown) => setProblem(problemText(words, error)),
    )
  }
  return (
    <>
      <p class="problem" role="alert">
        {problem}
      </p>
      <DataTable caption={t('list')} boxClass="rows" head={<HeadRow names={COLUMNS} t={t} />}>
        {keys.map((key) => (
          <KeyLine key={key.id} apiKey={key} {...{ words, areas, act }} />
        ))}
      </DataTable>
    </>
  )
}

interface LineProps {
  words: Localizer
  apiKey: ApiKey
  areas: readonly Area[] | null
  act(work: Promise<unknown>, message: string): void
}

function KeyLine({ words, apiKey, areas, act }: LineProps) {
  const t = words.translatorOf(WORDS)
  const { id, name, role, operator, createdAt, createdBy, lastUsedAt, revokedAt } = apiKey
  const [isSure, setSure] = useState(false)
  return (
    <tr data-key={name}>
      <th scope="row">
        <bdi>{name}</bdi>
      </th>
      <td>
        {t(`role_${role}`)}
        {operator !== null && (
          <small>
            <bdi>{operatorName(words, operator)}</bdi>
          </small>
        )}
        {apiKey.areas && (
          <small>
            {words.translatorOf(PEOPLE_WORDS)('onlyIn', { areas: scopeText(words, apiKey.areas, areas) })}
          </small>
        )}
      </td>
      <td class="why">{endText(words, apiKey)}</td>
      <td class="why">{lastUsedAt === null ? t('never') : words.dateTime(lastUsedAt)}</td>
      <td class="why">{t('made', { name: bidiIsolated(createdBy), moment: words.dateTime(createdAt) })}</td>
      <td>
        {revokedAt === null && (
          <>
            <button
              type="button"
              onClick={() =>
                act(keysApi.extend(id, EXTENSION_DAYS), t('extended', { name: bidiIsolated(name) }))
              }
            >
              {t('extend', { n: EXTENSION_DAYS })}
              <span class="hidden"> {name}</span>
            </button>
            <button
              type="button"
              onClick={() =>
                isSure ? act(keysApi.revoke(id), t('revoked', { name: bidiIsolated(name) })) : setSure(true)
              }
            >
              {t(isSure ? 'revokeSure' : 'revoke')}
              <span class="hidden"> {name}</span>
            </button>
          </>
        )}
      </td>
    </tr>
  )
}

function endText(words: Localizer, { expiresAt, revokedAt, revokedBy }: ApiKey): string {
  const t = words.translatorOf(WORDS)
  if (revokedAt !== null)
    return t('revokedBy', { name: bidiIsolated(revokedBy ?? ''), moment: words.dateTime(revokedAt) })
  const moment = words.dateTime(expiresAt)
  return t(Date.parse(expiresAt) <= Date.now() ? 'ended' : 'endsOn', { moment })
}
