/** Results of other tools, dropped or chosen: first what would become of them, then, if wanted, the import. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Account, type ImportPreview, type ImportResult, api } from '../api/api.js'
import { ApiError } from '../api/api-error.js'
import { IMPORT_FIELDS, type ImportField, ImportFieldset, type ImportParams } from './import-fields.js'
import { PreviewTable } from './import-preview.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'

interface Props {
  words: Localizer
  account: Account | null
}

/** The roles that the server lets import. */
const MAY_IMPORT = ['planner', 'administrator']

type ImportState =
  | { name: 'empty' }
  | { name: 'sending'; share: number }
  | { name: 'previewed'; preview: ImportPreview }
  | { name: 'asked'; problem: string; asks: ImportField | null }
  | { name: 'done'; result: ImportResult }

export function Import({ words, account }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  if (!account || account.mustChangePassword || !MAY_IMPORT.includes(account.role)) return null
  const { t } = words
  return (
    <>
      <button aria-haspopup="dialog" onClick={() => dialog.current?.showModal()}>
        {t('import')}
      </button>
      <dialog ref={dialog} class="import" aria-label={t('importTitle')}>
        <ImportForm words={words} onClose={() => dialog.current?.close()} />
      </dialog>
    </>
  )
}

function ImportForm({ words, onClose }: { words: Localizer; onClose(): void }) {
  const [file, setFile] = useState<File | null>(null)
  const [said, setSaid] = useState<ImportParams>({})
  const [state, setState] = useState<ImportState>({ name: 'empty' })
  const input = useRef<HTMLInputElement>(null)
  const running = useRef<AbortController | null>(null)
  const { t } = words

  /** One at a time: what runs is given up, and its answer with it. */
  const run = (file: File, said: ImportParams, preview: boolean) => {
    running.current?.abort()
    const abort = (running.current = new AbortController())
    const show = (next: ImportState) => abort.signal.aborted || setState(next)
    const onShare = (share: number) => show({ name: 'sending', share })
    onShare(0)
    const sending = { file, said, onProgress: onShare, signal: abort.signal }
    const answer: Promise<ImportState> = preview
      ? api.previewImport(sending).then((preview) => ({ name: 'previewed', preview }))
      : api.importResults(sending).then((result) => ({ name: 'done', result }))
    answer.then(show, (error: unknown) =>
      show({ name: 'asked', problem: problemText(words, error), asks: askedFieldOf(error) }),
    )
  }
  useEffect(() => () => running.current?.abort(), [])
  const choose = (chosen: File | undefined) => {
    if (!chosen) return
    setFile(chosen)
    run(chosen, said, true)
  }
  const say = (field: ImportField, value: string) => {
    const next = { ...said, [field]: value }
    setSaid(next)
    if (file) run(file, next, true)
  }
  const close = () => {
    running.current?.abort()
    input.current!.value = ''
    setFile(null)
    setSaid({})
    setState({ name: 'empty' })
    onClose()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (file) run(file, said, false)
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
      <h2>{t('importTitle')}</h2>
      <label class="drop">
        {t('importDrop')}
        <input ref={input} type="file" onChange={(event) => choose(event.currentTarget.files?.[0])} />
      </label>
      {file && (
        <ImportFieldset
          words={words}
          said={said}
          asked={state.name === 'asked' ? state.asks : null}
          onSay={say}
        />
      )}
      <div aria-live="polite">
        <ImportStateView words={words} state={state} />
      </div>
      <div class="buttons">
        <button
          type="submit"
          class="main"
          disabled={state.name !== 'previewed' || state.preview.accepted === 0}
        >
          {t('importConfirm', { n: state.name === 'previewed' ? state.preview.accepted : 0 })}
        </button>
        <button type="button" onClick={close}>
          {t('close')}
        </button>
      </div>
    </form>
  )
}

/** Which field answers the server's question: it names the parameter, as in “Say unit=Mbit/s”. */
function askedFieldOf(error: unknown): ImportField | null {
  if (!(error instanceof ApiError) || error.status !== 422) return null
  return IMPORT_FIELDS.find((field) => error.message.includes(`${field}=`)) ?? null
}

function ImportStateView({ words, state }: { words: Localizer; state: ImportState }) {
  const { t } = words
  switch (state.name) {
    case 'empty':
      return <p class="hint">{t('importHint')}</p>
    case 'sending':
      return (
        <label>
          {t('importSending')}
          <progress value={state.share} max={1} />
        </label>
      )
    case 'asked':
      return (
        <>
          {state.asks && <p>{t(`ask_${state.asks}`)}</p>}
          <p class={state.asks ? 'hint' : 'problem'} dir="auto">
            {state.problem}
          </p>
        </>
      )
    case 'previewed':
      return <PreviewTable words={words} preview={state.preview} />
    case 'done': {
      const { accepted, duplicates, rejected, rejectedMore = 0 } = state.result
      const refused = rejected.length + rejectedMore
      return (
        <>
          <p>{t('importDone', { accepted, duplicates, refused })}</p>
          <p class="hint">{t('importNext')}</p>
        </>
      )
    }
  }
}
