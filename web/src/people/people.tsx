/** The administrators' dialog of people: who has an account, and what becomes of it. */
import { useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import type { Area } from '../api/schemas.js'
import { LoadingNotice, useReloaded } from '../api/use-reloaded.js'
import { ModalDialog } from '../form/modal-dialog.js'
import type { Localizer } from '../language/language.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { type IssuedCredential, CredentialCard } from './credential.js'
import { NewPersonForm } from './new-person.js'
import { type Person, peopleApi } from './people-api.js'
import { PersonPanel } from './person.js'
import { lastSignInText, roleText, stateText } from './person-texts.js'
import './people.css'
import { scopeText, useScopeAreas } from './scope-field.js'
import { SignInRules } from './sign-in-rules.js'
import { WORDS } from './words.js'

interface PeopleProps {
  words: Localizer
  connection: Connection
  onClose(): void
}

export function People({ words, connection, onClose }: PeopleProps) {
  const t = words.translatorOf(WORDS)
  const [statusText, setStatusText] = useState('')
  const [credential, setCredential] = useState<IssuedCredential | null>(null)
  const [chosenName, setChosenName] = useState<string | null>(null)
  const loaded = useReloaded(connection, 'people', peopleApi.list)
  const people = loaded.value
  const areas = useScopeAreas(connection)
  const chosen = people?.find(({ name }) => name === chosenName)
  const reload = (message: string, issued: IssuedCredential | null = null) => {
    setStatusText(message)
    setCredential(issued)
    loaded.reload()
  }
  return (
    <ModalDialog {...{ words, onClose }} title={t('title')} class="people">
      <p role="status" class="hint">
        {statusText}
      </p>
      {credential && <CredentialCard {...{ words, credential }} />}
      <LoadingNotice words={words} of={loaded} />
      {people && <PeopleTable {...{ words, people, areas, chosenName }} onChoose={setChosenName} />}
      {chosen && (
        <PersonPanel
          key={chosen.name}
          {...{ words, connection, areas }}
          changes={loaded.changes}
          person={chosen}
          onChange={reload}
          onRemoved={(message) => {
            setChosenName(null)
            reload(message)
          }}
        />
      )}
      {people && !chosen && <NewPersonForm {...{ words, areas }} onAdded={reload} />}
      {people && !chosen && <SignInRules {...{ words, connection }} />}
    </ModalDialog>
  )
}

interface TableProps {
  words: Localizer
  people: readonly Person[]
  areas: readonly Area[] | null
  chosenName: string | null
  onChoose(name: string | null): void
}

function PeopleTable({ words, people, areas, chosenName, onChoose }: TableProps) {
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
          <td class="why">
            {roleText(words, person)}
            {person.areas && <small> {t('onlyIn', { areas: scopeText(words, person.areas, areas) })}</small>}
          </td>
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
