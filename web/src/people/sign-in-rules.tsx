/** The roles for which signing in takes a second factor. */
import { useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { queryValueOf, useQuery } from '../api/use-query.js'
import type { Localizer } from '../language/language.js'
import { peopleApi } from './people-api.js'
import { peopleProblemText, roleText } from './person-texts.js'
import { WORDS } from './words.js'

export function SignInRules({ words, connection }: { words: Localizer; connection: Connection }) {
  const t = words.translatorOf(WORDS)
  const [changes, setChanges] = useState(0)
  const [problem, setProblem] = useState('')
  const rules = queryValueOf(useQuery(connection, `sign-in rules ${changes}`, peopleApi.signInRules))
  if (!rules) return null
  const change = (role: (typeof rules)[number]['role'], isRequired: boolean) =>
    peopleApi
      .changeSignInRule(role, isRequired)
      .then(
        () => setProblem(''),
        (error: unknown) => setProblem(peopleProblemText(words, error)),
      )
      .finally(() => setChanges((times) => times + 1))
  return (
    <fieldset class="rules">
      <legend>{t('factorForRoles')}</legend>
      {rules.map(({ role, secondFactor }) => (
        <label key={role} class="toggle">
          <input
            type="checkbox"
            name={`factor-${role}`}
            checked={secondFactor}
            onChange={(event) => void change(role, event.currentTarget.checked)}
          />{' '}
          <span>{roleText(words, { role, operator: null })}</span>
        </label>
      ))}
      <p class="problem" role="alert">
        {problem}
      </p>
    </fieldset>
  )
}
