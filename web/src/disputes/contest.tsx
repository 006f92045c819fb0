/** The form that contests a cell's verdict, or an operator's declaration for the cell. */
import { CLAIMS, type ClaimedState, type DisputeSubject } from '#domain/dispute'
import { useRef, useState } from 'preact/hooks'
import type { Cell, Network } from '../api/schemas.js'
import { Choice, Field } from '../form/field.js'
import { SendingForm, fieldText } from '../form/sending-form.js'
import type { Localizer } from '../language/language.js'
import { FilesField, filesOf, largeFileText } from './dispute-form.js'
import { type DisputeDetail, disputesApi, documentsOf } from './disputes-api.js'
import { claimedText, networkName } from './parts.js'
import { WORDS } from './words.js'

interface ContestProps {
  words: Localizer
  cell: Cell
  run: number
  onOpened(dispute: DisputeDetail): void
}

export function ContestDialog({ words, cell, run, onOpened }: ContestProps) {
  const t = words.translatorOf(WORDS)
  const dialog = useRef<HTMLDialogElement>(null)
  const close = () => dialog.current?.close()
  return (
    <>
      <button aria-haspopup="dialog" onClick={() => dialog.current?.showModal()}>
        {t('contest')}
      </button>
      <dialog ref={dialog} class="contest" aria-label={t('contestTitle')}>
        <h2>{t('contestTitle')}</h2>
        <ContestForm {...{ words, cell, run, onOpened }} onClose={close} />
      </dialog>
    </>
  )
}

function ContestForm({ words, cell, run, onOpened, onClose }: ContestProps & { onClose(): void }) {
  const t = words.translatorOf(WORDS)
  const subjects = subjectsOf(cell)
  const [index, setIndex] = useState('0')
  const subject = subjects[Number(index)] ?? subjects[0]!
  const send = async (fields: FormData) => {
    const documents = await documentsOf(filesOf(fields))
    const contested = { ...subjectFieldsOf(subject, run), cell: cell.h3 }
    onOpened(await disputesApi.open({ ...claimFieldsOf(fields), ...contested, documents }))
    onClose()
  }
  return (
    <SendingForm
      words={words}
      class="dispute-form"
      action={t('send')}
      onSubmit={send}
      check={(fields) => largeFileText(words, fields)}
      also={
        <button type="button" onClick={onClose}>
          {words.t('close')}
        </button>
      }
    >
      <Choice
        label={t('what')}
        name="what"
        value={index}
        options={subjects.map((_, i) => String(i))}
        textOf={(i) => subjectNameOf(words, cell, subjects[Number(i)]!)}
        onChoose={setIndex}
      />
      <Choice
        label={t('instead')}
        name="claimed"
        required
        value=""
        options={claimsOf(cell, subject)}
        textOf={(claimed) => claimedText(words, claimed)}
      />
      <label>
        {t('why')}
        <textarea name="claim" required minLength={10} maxLength={2000} rows={4} dir="auto" />
      </label>
      <FilesField words={words} />
      <Field label={t('referenceField')} name="reference" minLength={3} maxLength={500} dir="auto" />
      <label>
        {t('probesField')}
        <textarea name="probes" rows={2} dir="ltr" />
      </label>
    </SendingForm>
  )
}

/** `network` is null for the verdict. */
type Subject = { kind: DisputeSubject; network: Network | null }

/** The subjects that can be contested: the verdict, and each network that an operator declares here. */
const subjectsOf = ({ evidence = [] }: Cell): Subject[] => [
  { kind: 'verdict', network: null },
  ...evidence
    .filter(({ declaredBps, operator, technology }) => declaredBps != null && operator && technology)
    .map((network): Subject => ({ kind: 'declaration', network })),
]

/** All claims except the one that the verdict states already. */
const claimsOf = (cell: Cell, { kind }: Subject): ClaimedState[] =>
  CLAIMS[kind].filter((claimed) => kind === 'declaration' || claimed !== cell.verdict)

function subjectNameOf(words: Localizer, cell: Cell, { network }: Subject): string {
  const t = words.translatorOf(WORDS)
  if (!network) return t('subject_verdict', { standing: words.t(cell.verdict) })
  return t('subject_declaration', {
    network: networkName(words, network),
    speed: words.mbit(network.declaredBps ?? 0),
  })
}

const subjectFieldsOf = ({ kind, network }: Subject, run: number) =>
  network
    ? { subject: kind, operator: network.operator!, technology: network.technology! }
    : { subject: kind, run }

function claimFieldsOf(fields: FormData) {
  const reference = fieldText(fields, 'reference')
  const probeIds = (fieldText(fields, 'probes') ?? '').split(/[\s,;]+/).filter(Boolean)
  return {
    claimed: fieldText(fields, 'claimed') as ClaimedState,
    claim: fieldText(fields, 'claim') ?? '',
    ...(reference && { reference }),
    ...(probeIds.length > 0 && { probeIds }),
  }
}
