/** Import of other tools' results: first a preview of the file, then, if confirmed, the import. */
import { useState } from 'preact/hooks'
import { isPlanner } from '../account/roles.js'
import { ApiError } from '../api/api-error.js'
import { api } from '../api/api.js'
import type { Account, ImportPreview, ImportResult } from '../api/schemas.js'
import { FileDialog, FileDropForm, UploadProgress, type UploadState, useUpload } from '../form/file-drop.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { IMPORT_FIELDS, type ImportField, ImportFieldset, type ImportParams } from './import-fields.js'
import { PreviewTable } from './import-preview.js'

type ImportOutcome =
  | { name: 'previewed'; preview: ImportPreview }
  /** The server refused the file; `asks` names the field that would help, or is null. */
  | { name: 'refused'; problem: string; asks: ImportField | null }
  | { name: 'done'; result: ImportResult }

export function Import({ words, account }: { words: Localizer; account: Account | null }) {
  if (!isPlanner(account)) return null
  return (
    <FileDialog openText={words.t('import')} title={words.t('importTitle')}>
      {(close) => <ImportForm words={words} onClose={close} />}
    </FileDialog>
  )
}

function ImportForm({ words, onClose }: { words: Localizer; onClose(): void }) {
  const [file, setFile] = useState<File | null>(null)
  const [importParams, setImportParams] = useState<ImportParams>({})
  const [state, run] = useUpload<ImportOutcome>()
  const { t } = words
  const send = (file: File, importParams: ImportParams, isPreview: boolean) =>
    run((upload) => outcomeOf(words, { file, importParams, ...upload }, isPreview))
  const choose = (chosen: File) => {
    setFile(chosen)
    send(chosen, importParams, true)
  }
  const setParam = (field: ImportField, value: string) => {
    const next = { ...importParams, [field]: value }
    setImportParams(next)
    if (file) send(file, next, true)
  }
  const acceptable = state.name === 'previewed' ? state.preview.accepted : 0
  return (
    <FileDropForm
      title={t('importTitle')}
      label={t('importDrop')}
      onFile={choose}
      onSubmit={() => file && send(file, importParams, false)}
    >
      {file && (
        <ImportFieldset
          {...{ words, importParams }}
          asked={state.name === 'refused' ? state.asks : null}
          onParam={setParam}
        />
      )}
      <div aria-live="polite">
        <ImportStateView words={words} state={state} />
      </div>
      <div class="buttons">
        <button type="submit" class="main" disabled={acceptable === 0}>
          {t('importConfirm', { n: acceptable })}
        </button>
        <button type="button" onClick={onClose}>
          {t('close')}
        </button>
      </div>
    </FileDropForm>
  )
}

async function outcomeOf(
  words: Localizer,
  request: Parameters<typeof api.previewImport>[0],
  isPreview: boolean,
): Promise<ImportOutcome> {
  try {
    if (isPreview) return { name: 'previewed', preview: await api.previewImport(request) }
    return { name: 'done', result: await api.importResults(request) }
  } catch (error) {
    return { name: 'refused', problem: problemText(words, error), asks: askedFieldOf(error) }
  }
}

/** The field that answers the server's question, whose sentence names the parameter, as in “Say unit=Mbit/s”. */
function askedFieldOf(error: unknown): ImportField | null {
  if (!(error instanceof ApiError) || error.status !== 422) return null
  return IMPORT_FIELDS.find((field) => error.message.includes(`${field}=`)) ?? null
}

function ImportStateView({ words, state }: { words: Localizer; state: UploadState<ImportOutcome> }) {
  const { t } = words
  switch (state.name) {
    case 'empty':
      return <p class="hint">{t('importHint')}</p>
    case 'sending':
      return <UploadProgress label={t('importSending')} share={state.share} />
    case 'refused':
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
