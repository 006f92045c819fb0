/** One dispute: what is contested, what happened, and what its reader may do. */
import type { DisputeAction } from '#domain/dispute'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useQuery } from '../api/use-query.js'
import { problemText } from '../language/problem.js'
import type { Localizer } from '../language/language.js'
import type { ViewProps } from '../app/view-props.js'
import { type DisputeDetail, disputesApi, documentsOf } from './disputes-api.js'
import {
  Deadline,
  DisputeStateLabel,
  authorText,
  claimedText,
  disputePlaceText,
  subjectText,
} from './parts.js'
import { FilesField, SendingForm } from './sending-form.js'
import { WORDS } from './words.js'

interface Props extends Pick<ViewProps, 'words' | 'connection' | 'account' | 'rule' | 'onCell'> {
  id: string
  onBack(): void
}

export function DisputeView({ id, words, connection, account, rule, onCell, onBack }: Props) {
  const t = words.translatorOf(WORDS)
  const [added, setAdded] = useState<DisputeDetail | null>(null)
  const asked = useQuery(connection, `dispute ${id} ${account?.name}`, (signal) =>
    disputesApi.one(id, signal),
  )
  useEffect(() => setAdded(null), [id, account?.name])
  const heading = useRef<HTMLHeadingElement>(null)
  const dispute = added ?? (asked && 'value' in asked ? asked.value : null)
  useEffect(() => heading.current?.focus(), [dispute?.id])
  const add = async (action: DisputeAction, form: FormData) => {
    const comment = String(form.get('comment')).trim()
    setAdded(await disputesApi.add(id, { action, comment, documents: await documentsOf(form) }))
  }
  return (
    <>
      <button onClick={onBack}>
        <span aria-hidden="true" class="back-sign" /> {t('back')}
      </button>
      {!asked && <p role="status">{words.t('loading')}</p>}
      {asked && 'refused' in asked && <p class="problem">{problemText(words, asked.refused)}</p>}
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
          <DisputeFacts {...{ words, dispute, shown: rule, onCell }} />
          <History words={words} dispute={dispute} />
          {dispute.actions.length > 0 && (
            <DisputeActionForm
              key={`${dispute.state} ${dispute.events.length}`}
              {...{ words, dispute }}
              onAdd={add}
            />
          )}
        </>
      )}
    </>
  )
}

interface FactsProps extends Pick<ViewProps, 'words' | 'onCell'> {
  dispute: DisputeDetail
  /** The rule of the map: its title is known. */
  shown: ViewProps['rule']
}

function DisputeFacts({ words, dispute, shown, onCell }: FactsProps) {
  const t = words.translatorOf(WORDS)
  const { h3, run, rule, opener, openedAt, dueBy, claim, reference, probeIds, documents, mine } = dispute
  return (
    <>
      <p>
        <strong>{subjectText(words, dispute)}</strong> ·{' '}
        {t('claimed', { claimed: claimedText(words, dispute.claimed) })}
      </p>
      <dl class="facts">
        <dt>{t('place')}</dt>
        <dd>
          <button class="link" onClick={() => onCell(h3)}>
            {t('showCell')}
          </button>{' '}
          <bdi class="code">{h3}</bdi>
          {run !== null && (
            <small>
              {' '}
              {t('runLine', {
                run: String(run),
                rule: rule === shown.id ? shown.title[words.lang] : (rule ?? ''),
              })}
            </small>
          )}
        </dd>
        <dt>{t('openedBy')}</dt>
        <dd>
          {authorText(words, opener)} {mine && t('you')}
        </dd>
        <dt>{t('openedOn')}</dt>
        <dd>{words.date(openedAt)}</dd>
        <dt>{t('deadline')}</dt>
        <dd>
          {words.date(dueBy)} <small>{t('deadlineHint')}</small>
        </dd>
        {claim && (
          <>
            <dt>{t('claim')}</dt>
            <dd dir="auto">{claim}</dd>
          </>
        )}
        {reference && (
          <>
            <dt>{t('reference')}</dt>
            <dd dir="auto">{reference}</dd>
          </>
        )}
        {probeIds && probeIds.length > 0 && (
          <>
            <dt>{t('probes')}</dt>
            <dd>
              {probeIds.map((probe) => (
                <bdi key={probe} class="code">
                  {probe}{' '}
                </bdi>
              ))}
            </dd>
          </>
        )}
        {documents && documents.length > 0 && (
          <>
            <dt>{t('documents')}</dt>
            <dd>
              <ul>
                {documents.map(({ number, name, bytes }) => (
                  <li key={number}>
                    <a href={`/api/v1/disputes/${dispute.id}/documents/${number}`} download={name}>
                      <bdi>{name}</bdi>
                    </a>{' '}
                    <small>{t('documentSize', { n: words.number(Math.max(1, bytes / 1000)) })}</small>
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
      </dl>
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
  onAdd(action: DisputeAction, form: FormData): Promise<void>
}

function DisputeActionForm({ words, dispute: { actions, state }, onAdd }: ActProps) {
  const t = words.translatorOf(WORDS)
  // A comment is always possible; what moves the dispute on stands first.
  const ordered = actions.toSorted((a, b) => Number(a === 'comment') - Number(b === 'comment'))
  const [action, setAction] = useState<DisputeAction>(ordered[0]!)
  return (
    <SendingForm words={words} onSubmit={(form) => onAdd(action, form)}>
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
