/** The facts of a dispute: its subject, who opened it, and its deadline. */
import type { ComponentChildren } from 'preact'
import type { ViewProps } from '../app/view-props.js'
import type { DisputeDetail } from './disputes-api.js'
import { authorText, claimedText, subjectText } from './parts.js'
import { WORDS } from './words.js'

interface FactsProps extends Pick<ViewProps, 'words' | 'onCell'> {
  dispute: DisputeDetail
  /** The rule that the map shows, whose title is loaded. */
  shownRule: ViewProps['rule']
}

export function DisputeFacts({ words, dispute, shownRule, onCell }: FactsProps) {
  const t = words.translatorOf(WORDS)
  const { opener, openedAt, dueBy, claim, reference, mine } = dispute
  return (
    <>
      <p>
        <strong>{subjectText(words, dispute)}</strong> ·{' '}
        {t('claimed', { claimed: claimedText(words, dispute.claimed) })}
      </p>
      <dl class="facts">
        <Fact name={t('place')}>
          <ContestedCell {...{ words, dispute, shownRule, onCell }} />
        </Fact>
        <Fact name={t('openedBy')}>
          {authorText(words, opener)} {mine && t('you')}
        </Fact>
        <Fact name={t('openedOn')}>{words.date(openedAt)}</Fact>
        <Fact name={t('deadline')}>
          {words.date(dueBy)} <small>{t('deadlineHint')}</small>
        </Fact>
        {claim && (
          <Fact name={t('claim')} dir="auto">
            {claim}
          </Fact>
        )}
        {reference && (
          <Fact name={t('reference')} dir="auto">
            {reference}
          </Fact>
        )}
        <NamedProbes {...{ words, dispute }} />
        <Documents {...{ words, dispute }} />
      </dl>
    </>
  )
}

interface FactProps {
  name: string
  dir?: 'auto'
  children: ComponentChildren
}

const Fact = ({ name, dir, children }: FactProps) => (
  <>
    <dt>{name}</dt>
    <dd dir={dir}>{children}</dd>
  </>
)

function ContestedCell({ words, dispute, shownRule, onCell }: FactsProps) {
  const t = words.translatorOf(WORDS)
  const { h3, run, rule } = dispute
  const title = rule === shownRule.id ? shownRule.title[words.lang] : (rule ?? '')
  return (
    <>
      <button class="link" onClick={() => onCell(h3)}>
        {t('showCell')}
      </button>{' '}
      <bdi class="code">{h3}</bdi>
      {run !== null && <small> {t('runLine', { run: String(run), rule: title })}</small>}
    </>
  )
}

/** The probes on which the claim rests. */
function NamedProbes({ words, dispute: { probeIds } }: Pick<FactsProps, 'words' | 'dispute'>) {
  if (!probeIds?.length) return null
  return (
    <Fact name={words.translatorOf(WORDS)('probes')}>
      {probeIds.map((id) => (
        <bdi key={id} class="code">
          {id}{' '}
        </bdi>
      ))}
    </Fact>
  )
}

function Documents({ words, dispute: { id, documents } }: Pick<FactsProps, 'words' | 'dispute'>) {
  const t = words.translatorOf(WORDS)
  if (!documents?.length) return null
  return (
    <Fact name={t('documents')}>
      <ul>
        {documents.map(({ number, name, bytes }) => (
          <li key={number}>
            <a href={`api/v1/disputes/${id}/documents/${number}`} download={name}>
              <bdi>{name}</bdi>
            </a>{' '}
            <small>{t('documentSize', { n: words.number(Math.max(1, bytes / 1000)) })}</small>
          </li>
        ))}
      </ul>
    </Fact>
  )
}
