/** A list of the plan: first what would become of it, line by line, then, if wanted, the import. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { HeadRow } from '../table/head-row.js'
import { type Localizer, listText } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { type PlanImportResult, planApi } from './plan-api.js'
import { planItemName } from './plan-item.js'
import { WORDS, fieldText, reasonText } from './words.js'

type PlanImportState =
  | { name: 'empty' }
  | { name: 'sending'; share: number }
  | { name: 'failed'; problem: string }
  | { name: 'previewed' | 'done'; result: PlanImportResult }

interface Props {
  words: Localizer
  /** Something was written. */
  onDone(): void
}

export function PlanImport({ words, onDone }: Props) {
  const t = words.translatorOf(WORDS)
  const dialog = useRef<HTMLDialogElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const running = useRef<AbortController | null>(null)
  const [file, setFile] = useState<File | null>(null)
  const [state, setState] = useState<PlanImportState>({ name: 'empty' })
  useEffect(() => () => running.current?.abort(), [])

  const run = (chosen: File, preview: boolean) => {
    running.current?.abort()
    const abort = (running.current = new AbortController())
    const show = (next: PlanImportState) => abort.signal.aborted || setState(next)
    const onShare = (share: number) => show({ name: 'sending', share })
    onShare(0)
    const comment = t('importComment', { file: chosen.name.slice(0, 200) })
    planApi.import({ file: chosen, onProgress: onShare, signal: abort.signal }, comment, preview).then(
      (result) => {
        show({ name: preview ? 'previewed' : 'done', result })
        if (!preview) onDone()
      },
      (error: unknown) => show({ name: 'failed', problem: problemText(words, error) }),
    )
  }
  const choose = (chosen: File | undefined) => {
    if (!chosen) return
    setFile(chosen)
    run(chosen, true)
  }
  const close = () => {
    running.current?.abort()
    input.current!.value = ''
    setFile(null)
    setState({ name: 'empty' })
    dialog.current?.close()
  }
  const open = state.name === 'previewed' ? state.result.added + state.result.changed : 0
  return (
    <>
      <button aria-haspopup="dialog" onClick={() => dialog.current?.showModal()}>
        {t('import')}
      </button>
      <dialog ref={dialog} class="import" aria-label={t('import')} onCancel={close}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (file) run(file, false)
          }}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault()
            const files = event.dataTransfer?.files
            if (!files?.length) return
            // So that the field names what was dropped.
            input.current!.files = files
            choose(files[0])
          }}
        >
          <h2>{t('import')}</h2>
          <p class="hint">{t('importHint')}</p>
          <label class="drop">
            {t('importFile')}
            <input ref={input} type="file" onChange={(event) => choose(event.currentTarget.files?.[0])} />
          </label>
          <div aria-live="polite">
            <PlanImportOutcome words={words} state={state} />
          </div>
          <div class="buttons">
            {state.name !== 'done' && (
              <button type="submit" class="main" disabled={open === 0}>
                {t('confirm', { n: open })}
              </button>
            )}
            <button type="button" onClick={close}>
              {t('close')}
            </button>
          </div>
        </form>
      </dialog>
    </>
  )
}

function PlanImportOutcome({ words, state }: { words: Localizer; state: PlanImportState }) {
  const t = words.translatorOf(WORDS)
  if (state.name === 'empty') return null
  if (state.name === 'sending')
    return (
      <label>
        {t('sending')}
        <progress value={state.share} max={1} />
      </label>
    )
  if (state.name === 'failed')
    return (
      <p class="problem" dir="auto">
        {state.problem}
      </p>
    )
  const { lines, added, changed, unchanged, refusedLines: refused } = state.result
  return (
    <>
      <p>
        {state.name === 'done'
          ? t('was', { added, changed, refused })
          : t('wouldBe', { lines, added, changed, unchanged, refused })}
      </p>
      <Refusals words={words} result={state.result} />
      {state.name === 'previewed' && <Changes words={words} result={state.result} />}
    </>
  )
}

function Refusals({ words, result: { refused } }: { words: Localizer; result: PlanImportResult }) {
  const t = words.translatorOf(WORDS)
  if (refused.length === 0) return null
  return (
    <>
      <h3>{t('refusedLines')}</h3>
      <div class="rows refusals" role="region" aria-label={t('refusedLines')} tabIndex={0}>
        <table>
          <thead>
            <HeadRow names={['line', 'code', 'field', 'value', 'reason']} t={t} />
          </thead>
          <tbody>
            {refused.map(({ line, code, field, value, reason }) => (
              <tr key={`${line} ${field}`}>
                <td>{line}</td>
                <td>
                  <bdi>{code}</bdi>
                </td>
                <td>{fieldText(t, field)}</td>
                <td>
                  <bdi>{value}</bdi>
                </td>
                <td class="why">
                  <bdi>{reasonText(t, reason)}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Changes({ words, result: { changes } }: { words: Localizer; result: PlanImportResult }) {
  const t = words.translatorOf(WORDS)
  if (changes.length === 0) return null
  return (
    <>
      <h3>{t('changes')}</h3>
      <ul class="reasons">
        {changes.map(({ code, fields, isNew, ...names }) => (
          <li key={code}>
            <bdi>{code}</bdi> · <bdi>{planItemName(words, names)}</bdi> ·{' '}
            {isNew
              ? t('isNew')
              : t('changedFields', {
                  fields: listText(
                    words,
                    fields.map((field) => fieldText(t, field)),
                  ),
                })}
          </li>
        ))}
      </ul>
    </>
  )
}
