/** The form by which somebody contests what stands in a cell. */
import { CLAIMS, type ClaimedState, type DisputeSubject } from '#domain/dispute'
import { useRef, useState } from 'preact/hooks'
import type { Cell, Network } from '../api/api.js'
import type { Localizer } from '../language/language.js'
import { type DisputeDetail, disputesApi, documentsOf } from './disputes-api.js'
import { claimedText, networkName } from './parts.js'
import { FilesField, SendingForm } from './sending-form.js'
import { WORDS } from './words.js'

interface Props {
  words: Localizer
  cell: Cell
  run: number
  onOpened(dispute: DisputeDetail): void
}

export function ContestDialog({ words, cell, run, onOpened }: Props) {
  const t = words.translatorOf(WORDS)
  const dialog = useRef<HTMLDialogElement>(null)
  const [chosen, setChosen] = useState(0)
  const subjects = subjectsOf(cell)
  const subject = subjects[chosen] ?? subjects[0]!
  const close = () => dialog.current?.close()
  const send = async (form: FormData) => {
    onOpened(
      await disputesApi.open({
        ...claimFieldsOf(form),
        ...subjectFieldsOf(subject, run),
        cell: cell.h3,
        documents: await documentsOf(form),
      }),
    )
    close()
  }
  return (
    <>
      <button aria-haspopup="dialog" onClick={() => dialog.current?.showModal()}>
        {t('contest')}
      </button>
      <dialog ref={dialog} class="contest" aria-label={t('contestTitle')}>
        <h2>{t('contestTitle')}</h2>
        <SendingForm
          words={words}
          onSubmit={send}
          also={
            <button type="button" onClick={close}>
              {words.t('close')}
            </button>
          }
        >
          <label>
            {t('what')}
            <select name="what" value={chosen} onChange={(e) => setChosen(Number(e.currentTarget.value))}>
              {subjects.map((one, i) => (
                <option key={i} value={i}>
                  {nameOf(words, cell, one)}
                </option>
              ))}
            </select>
          </label>
          <label>
            {t('instead')}
            <select name="claimed" required>
              {claimsOf(cell, subject).map((claimed) => (
                <option key={claimed} value={claimed}>
                  {claimedText(words, claimed)}
                </option>
              ))}
            </select>
          </label>
          <label>
            {t('why')}
            <textarea name="claim" required minLength={10} maxLength={2000} rows={4} dir="auto" />
          </label>
          <FilesField words={words} />
          <label>
            {t('referenceField')}
            <input name="reference" minLength={3} maxLength={500} dir="auto" />
          </label>
          <label>
            {t('probesField')}
            <textarea name="probes" rows={2} dir="ltr" />
          </label>
        </SendingForm>
      </dialog>
    </>
  )
}

type Subject = { kind: DisputeSubject; network: Network | null }

/** The verdict, and each network that an operator declares here. */
const subjectsOf = ({ evidence = [] }: Cell): Subject[] => [
  { kind: 'verdict', network: null },
  ...evidence
    .filter(({ declaredBps, operator, technology }) => declaredBps != null && operator && technology)
    .map((network): Subject => ({ kind: 'declaration', network })),
]

/** Anything but what the verdict says already. */
const claimsOf = (cell: Cell, { kind }: Subject): ClaimedState[] =>
  CLAIMS[kind].filter((claimed) => kind === 'declaration' || claimed !== cell.verdict)

function nameOf(words: Localizer, cell: Cell, { network }: Subject): string {
  const t = words.translatorOf(WORDS)
  if (!network) return t('subject_verdict', { standing: words.t(cell.verdict) })
  return t('subject_declaration', {
    network: networkName(words, network),
    speed: words.number((network.declaredBps ?? 0) / 1e6, 1),
  })
}

const subjectFieldsOf = ({ kind, network }: Subject, run: number) =>
  network
    ? { subject: kind, operator: network.operator!, technology: network.technology! }
    : { subject: kind, run }

function claimFieldsOf(form: FormData) {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const probeIds = text('probes')
    .split(/[\s,;]+/)
    .filter(Boolean)
  return {
    claimed: text('claimed') as ClaimedState,
    claim: text('claim'),
    ...(text('reference') && { reference: text('reference') }),
    ...(probeIds.length > 0 && { probeIds }),
  }
}
