/** One dispute: its subject, its history, and the reader's possible actions. */
import type { DisputeAction } from '#domain/dispute'
import { useEffect, useRef, useState } from 'preact/hooks'
import { queryValueOf, useQuery } from '../api/use-query.js'
import type { ViewProps } from '../app/view-props.js'
import { SendingForm, fieldText } from '../form/sending-form.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { type DisputeDetail, disputesApi, documentsOf } from './disputes-api.js'
import { DisputeFacts } from './dispute-facts.js'
import { FilesField, filesOf, largeFileText } from './dispute-form.js'
import { Deadline, DisputeStateLabel, authorText, disputePlaceText } from './parts.js'
import { WORDS } from './words.js'

interface DisputeProps extends Pick<ViewProps, 'words' | 'connection' | 'account' | 'rule' | 'onCell'> {
  id: string
  onBack(): void
}

export function DisputeView({ id, words, connection, account, rule, onCell, onBack }: DisputeProps) {
  const t = words.translatorOf(WORDS)
  const [changed, setChanged] = useState<DisputeDetail | null>(null)
  const key = `dispute ${id} ${account?.name}`
  const query = useQuery(connection, key, (signal) => disputesApi.one(id, signal))
  useEffect(() => setChanged(null), [id, account?.name])
  const heading = useRef<HTMLHeadingElement>(null)
  const dispute = changed ?? queryValueOf(query)
  useEffect(() => heading.current?.focus(), [dispute?.id])
  const act = async (action: DisputeAction, fields: FormData) => {
    const documents = await documentsOf(filesOf(fields))
    const comment = fieldText(fields, 'comment') ?? ''
    setChanged(await disputesApi.add(id, { action, comment, documents }))
  }
  return (
    <>
      <button onClick={onBack}>
        <span aria-hidden="true" class="back-sign" /> {t('back')}
      </button>
      {!query && <p role="status">{words.t('loading')}</p>}
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {dispute && (
        <>
          <h2 ref={heading} tabIndex={-1}>
            <bdi>{disputePlaceText(words, dispute)}</bdi>
          </h2>
          <p>
            <DisputeStateLabel words={words} state={dispute.state} />{' '}
            <Deadline words={words} dispute={dispute} />
            {dispute.simulated && <small> {t('simulated')}</small>}
          </p>
          <DisputeFacts {...{ words, dispute, shownRule: rule, onCell }} />
          <History words={words} dispute={dispute} />
          {dispute.actions.length > 0 && (
            <DisputeActionForm
              key={`${dispute.state} ${dispute.events.length}`}
              {...{ words, dispute }}
              onAct={act}
            />
          )}
        </>
      )}
    </>
  )
}

function History({ words, dispute }: { words: Localizer; dispute: DisputeDetail }) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      <h3>{t('history')}</h3>
      <ol class="timeline">
        {dispute.events.map(({ number, at, action, author, comment }) => (
          <li key={number} class={action}>
            <strong>{t(`action_${action}`)}</strong> · <time dateTime={at}>{words.dateTime(at)}</time>
            <br />
            <small>{authorText(words, author)}</small>
            {comment && <p dir="auto">{comment}</p>}
          </li>
        ))}
      </ol>
    </>
  )
}

const DECISIONS: readonly DisputeAction[] = ['uphold', 'reject']
const WITH_FILES: readonly DisputeAction[] = ['comment', 'answer']

interface ActProps {
  words: Localizer
  dispute: DisputeDetail
  onAct(action: DisputeAction, fields: FormData): Promise<void>
}

function DisputeActionForm({ words, dispute: { actions, state }, onAct }: ActProps) {
  const t = words.translatorOf(WORDS)
  // A comment is always possible; actions that advance the dispute come first.
  const ordered = actions.toSorted((a, b) => Number(a === 'comment') - Number(b === 'comment'))
  const [action, setAction] = useState<DisputeAction>(ordered[0]!)
  return (
    <SendingForm
      words={words}
      class="dispute-form"
      action={t('send')}
      onSubmit={(fields) => onAct(action, fields)}
      check={(fields) => largeFileText(words, fields)}
    >
      <fieldset>
        <legend>{t('act')}</legend>
        {ordered.map((one) => (
          <label key={one} class="choice">
            <input
              type="radio"
              name="action"
              value={one}
              checked={one === action}
              onChange={() => setAction(one)}
            />{' '}
            {t(`do_${one}`)}
          </label>
        ))}
      </fieldset>
      <label>
        {t('comment')}
        <textarea name="comment" required minLength={3} maxLength={2000} rows={3} dir="auto" />
      </label>
      {DECISIONS.includes(action) && <p class="source">{t('publicComment')}</p>}
      {action === 'uphold' && <p class="source">{t('upheldHint')}</p>}
      {WITH_FILES.includes(action) && <FilesField key={state} words={words} />}
    </SendingForm>
  )
}
