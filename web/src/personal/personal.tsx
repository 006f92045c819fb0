/** The dialog of personal data: what is kept of a person, its erasure, and how long things are kept. */
import { useState } from 'preact/hooks'
import { ApiError } from '../api/api-error.js'
import type { Connection } from '../api/connection.js'
import { useQuery } from '../api/use-query.js'
import { Field } from '../form/field.js'
import { ModalDialog } from '../form/modal-dialog.js'
import { SendingForm, fieldText } from '../form/sending-form.js'
import { type Localizer, bidiIsolated } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { dataAddress, personalApi } from './personal-api.js'
import './personal.css'
import { WORDS } from './words.js'

interface PersonalProps {
  words: Localizer
  connection: Connection
  onClose(): void
}

export function Personal({ words, connection, onClose }: PersonalProps) {
  const t = words.translatorOf(WORDS)
  return (
    <ModalDialog {...{ words, onClose }} title={t('title')} lead={t('lead')} class="personal">
      <PersonForm words={words} />
      <RetentionForms {...{ words, connection }} />
    </ModalDialog>
  )
}

/** First the name, then what can be done with what is kept of it. */
function PersonForm({ words }: { words: Localizer }) {
  const t = words.translatorOf(WORDS)
  const [name, setName] = useState<string | null>(null)
  const [erased, setErased] = useState('')
  const choose = (fields: FormData) => {
    setErased('')
    setName(fieldText(fields, 'name'))
    return Promise.resolve()
  }
  return (
    <>
      <SendingForm words={words} label={t('person')} action={t('choose')} onSubmit={choose}>
        <h3>{t('person')}</h3>
        <Field label={t('name')} name="name" required dir="auto" maxLength={100} />
      </SendingForm>
      <p role="status">{erased}</p>
      {name !== null && (
        <Person
          key={name}
          {...{ words, name }}
          onErased={(pseudonym) => {
            setName(null)
            setErased(t('erased', { pseudonym: bidiIsolated(pseudonym) }))
          }}
        />
      )}
    </>
  )
}

interface PersonProps {
  words: Localizer
  name: string
  onErased(pseudonym: string): void
}

function Person({ words, name, onErased }: PersonProps) {
  const t = words.translatorOf(WORDS)
  const erase = async (fields: FormData) => {
    const { pseudonym } = await personalApi.erase(name, fieldText(fields, 'comment') ?? '')
    onErased(pseudonym)
  }
  return (
    <section class="person">
      <p>
        <a href={dataAddress(name)} download={`${name}.json`}>
          {t('download', { name: bidiIsolated(name) })}
        </a>
      </p>
      <SendingForm
        words={words}
        label={t('erasure')}
        action={t('erase', { name: bidiIsolated(name) })}
        onSubmit={erase}
        check={(fields) => (fieldText(fields, 'again') === name ? '' : t('notSame'))}
        textOfProblem={(error) => erasureProblemText(words, error)}
      >
        <h3>{t('erasure')}</h3>
        <p class="hint">{t('erasureHint')}</p>
        <Field label={t('comment')} name="comment" required dir="auto" maxLength={1000} />
        <Field label={t('again')} name="again" required dir="auto" maxLength={100} />
      </SendingForm>
    </section>
  )
}

function erasureProblemText(words: Localizer, error: unknown): string {
  const t = words.translatorOf(WORDS)
  const code = error instanceof ApiError ? error.code : null
  if (code === 'erasure_of_oneself' || code === 'last_administrator') return t(code)
  if (error instanceof ApiError && error.status === 404) return t('unknown')
  return problemText(words, error)
}

function RetentionForms({ words, connection }: Pick<PersonalProps, 'words' | 'connection'>) {
  const t = words.translatorOf(WORDS)
  const [changes, setChanges] = useState(0)
  const query = useQuery(connection, `retention ${changes}`, personalApi.retention)
  if (!query) return <p role="status">{words.t('loading')}</p>
  if ('refused' in query) return <p class="problem">{problemText(words, query.refused)}</p>
  return (
    <section>
      <h3>{t('retention')}</h3>
      {query.value.map(({ subject, days }) => (
        <SendingForm
          key={`${subject} ${days}`}
          class="retention"
          words={words}
          label={t(`keep_${subject}`)}
          action={t('save')}
          onSubmit={async (fields) => {
            await personalApi.setRetention(subject, Number(fieldText(fields, 'days')))
            setChanges((times) => times + 1)
          }}
        >
          <Field
            label={t(`keep_${subject}`)}
            name="days"
            type="number"
            required
            min={30}
            max={36_500}
            defaultValue={String(days)}
          />
        </SendingForm>
      ))}
    </section>
  )
}
