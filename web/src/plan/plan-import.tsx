/** Import of a list of the plan: first a preview line by line, then, if confirmed, the import. */
import { useState } from 'preact/hooks'
import { FileDialog, FileDropForm, UploadProgress, type UploadState, useUpload } from '../form/file-drop.js'
import { type Localizer, listText } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { type PlanImportResult, planApi } from './plan-api.js'
import { planItemName } from './plan-texts.js'
import { WORDS, columnText, reasonText } from './words.js'

type PlanImportOutcome =
  { name: 'failed'; problem: string } | { name: 'previewed' | 'done'; result: PlanImportResult }

interface PlanImportProps {
  words: Localizer
  /** Called after something was written. */
  onDone(): void
}

export function PlanImport({ words, onDone }: PlanImportProps) {
  const t = words.translatorOf(WORDS)
  return (
    <FileDialog openText={t('import')} title={t('import')}>
      {(close) => <PlanImportForm {...{ words, onDone }} onClose={close} />}
    </FileDialog>
  )
}

function PlanImportForm({ words, onDone, onClose }: PlanImportProps & { onClose(): void }) {
  const t = words.translatorOf(WORDS)
  const [file, setFile] = useState<File | null>(null)
  const [state, run] = useUpload<PlanImportOutcome>()
  const send = (file: File, isPreview: boolean) =>
    run(async (upload) => {
      const comment = t('importComment', { file: file.name.slice(0, 200) })
      try {
        const result = await planApi.import({ file, ...upload }, comment, isPreview)
        if (!isPreview) onDone()
        return { name: isPreview ? 'previewed' : 'done', result }
      } catch (error) {
        return { name: 'failed', problem: problemText(words, error) }
      }
    })
  const choose = (chosen: File) => {
    setFile(chosen)
    send(chosen, true)
  }
  const changes = state.name === 'previewed' ? state.result.added + state.result.changed : 0
  return (
    <FileDropForm
      title={t('import')}
      hint={t('importHint')}
      label={t('importFile')}
      onFile={choose}
      onSubmit={() => file && send(file, false)}
    >
      <div aria-live="polite">
        <PlanImportStateView words={words} state={state} />
      </div>
      <div class="buttons">
        {state.name !== 'done' && (
          <button type="submit" class="main" disabled={changes === 0}>
            {t('confirm', { n: changes })}
          </button>
        )}
        <button type="button" onClick={onClose}>
          {t('close')}
        </button>
      </div>
    </FileDropForm>
  )
}

interface StateViewProps {
  words: Localizer
  state: UploadState<PlanImportOutcome>
}

function PlanImportStateView({ words, state }: StateViewProps) {
  const t = words.translatorOf(WORDS)
  if (state.name === 'empty') return null
  if (state.name === 'sending') return <UploadProgress label={t('sending')} share={state.share} />
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
      <RefusedLines words={words} result={state.result} />
      {state.name === 'previewed' && <Changes words={words} result={state.result} />}
    </>
  )
}

interface ResultProps {
  words: Localizer
  result: PlanImportResult
}

function RefusedLines({ words, result: { refused } }: ResultProps) {
  const t = words.translatorOf(WORDS)
  if (refused.length === 0) return null
  return (
    <>
      <h3>{t('refusedLines')}</h3>
      <DataTable
        caption={t('refusedLines')}
        isCaptionHidden
        boxClass="rows refusals"
        head={<HeadRow names={['line', 'code', 'field', 'value', 'reason']} t={t} />}
      >
        {refused.map(({ line, code, field, value, reason }) => (
          <tr key={`${line} ${field}`}>
            <td>{line}</td>
            <td>
              <bdi>{code}</bdi>
            </td>
            <td>{columnText(t, field)}</td>
            <td>
              <bdi>{value}</bdi>
            </td>
            <td class="why">
              <bdi>{reasonText(t, reason)}</bdi>
            </td>
          </tr>
        ))}
      </DataTable>
    </>
  )
}

function Changes({ words, result: { changes } }: ResultProps) {
  const t = words.translatorOf(WORDS)
  if (changes.length === 0) return null
  const fieldsText = (fields: readonly string[]) =>
    listText(
      words,
      fields.map((field) => columnText(t, field)),
    )
  return (
    <>
      <h3>{t('changes')}</h3>
      <ul class="reasons">
        {changes.map(({ code, fields, isNew, ...names }) => (
          <li key={code}>
            <bdi>{code}</bdi> · <bdi>{planItemName(words, names)}</bdi> ·{' '}
            {isNew ? t('isNew') : t('changedFields', { fields: fieldsText(fields) })}
          </li>
        ))}
      </ul>
    </>
  )
}
