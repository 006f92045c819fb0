/** The administrators' dialog of people: who has an account, and what becomes of it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { useQuery } from '../api/use-query.js'
import { useFocusRestore } from '../form/focus-restore.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { type IssuedCredential, CredentialCard } from './credential.js'
import { NewPersonForm } from './new-person.js'
import { type Person, peopleApi } from './people-api.js'
import { PersonPanel } from './person.js'
import { lastSignInText, roleText, stateText } from './person-texts.js'
import './people.css'
import { SignInRules } from './sign-in-rules.js'
import { WORDS } from './words.js'

interface PeopleProps {
  words: Localizer
  connection: Connection
  onClose(): void
}

export function People({ words, connection, onClose }: PeopleProps) {
  const t = words.translatorOf(WORDS)
  const dialog = useRef<HTMLDialogElement>(null)
  const [changes, setChanges] = useState(0)
  const [statusText, setStatusText] = useState('')
  const [credential, setCredential] = useState<IssuedCredential | null>(null)
  const [chosenName, setChosenName] = useState<string | null>(null)
  useEffect(() => dialog.current?.showModal(), [])
  useFocusRestore(dialog)
  const query = useQuery(connection, `people ${changes}`, peopleApi.list)
  /** The last loaded list stays in sight while it is loaded again. */
  const [people, setPeople] = useState<readonly Person[] | null>(null)
  useEffect(() => {
    if (query && 'value' in query) setPeople(query.value)
  }, [query])
  const chosen = people?.find(({ name }) => name === chosenName)
  const reload = (message: string, issued: IssuedCredential | null = null) => {
    setStatusText(message)
    setCredential(issued)
    setChanges((times) => times + 1)
  }
  return (
    <dialog ref={dialog} tabIndex={-1} class="import people" aria-label={t('title')} onClose={onClose}>
      <h2>{t('title')}</h2>
      <p role="status" class="hint">
        {statusText}
      </p>
      {credential && <CredentialCard {...{ words, credential }} />}
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {!query && !people && <p>{words.t('loading')}</p>}
      {people && <PeopleTable {...{ words, people, chosenName }} onChoose={setChosenName} />}
      {chosen && (
        <PersonPanel
          key={chosen.name}
          {...{ words, connection, changes }}
          person={chosen}
          onChange={reload}
          onRemoved={(message) => {
            setChosenName(null)
            reload(message)
          }}
        />
      )}
      {people && !chosen && <NewPersonForm words={words} onAdded={reload} />}
      {people && !chosen && <SignInRules {...{ words, connection }} />}
      <div class="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          {words.t('close')}
        </button>
      </div>
    </dialog>
  )
}

interface TableProps {
  words: Localizer
  people: readonly Person[]
  chosenName: string | null
  onChoose(name: string | null): void
}

function PeopleTable({ words, people, chosenName, onChoose }: TableProps) {
  const t = words.translatorOf(WORDS)
  return (
    <DataTable
      caption={t('accounts')}
      isCaptionHidden
      boxClass="rows"
      head={<HeadRow names={['name', 'role', 'lastSignIn', 'state', 'actions']} t={t} />}
    >
      {people.map((person) => (
        <tr key={person.name} data-person={person.name}>
          <th scope="row">
            <bdi>{person.name}</bdi>
          </th>
          <td>{roleText(words, person)}</td>
          <td>{lastSignInText(words, person)}</td>
          <td class="why">{stateText(words, person)}</td>
          <td>
            <button
              type="button"
              aria-expanded={person.name === chosenName}
              onClick={() => onChoose(person.name === chosenName ? null : person.name)}
            >
              {t('manage')}
              <span class="hidden"> {person.name}</span>
            </button>
          </td>
        </tr>
      ))}
    </DataTable>
  )
}
