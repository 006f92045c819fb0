/** A dialog that takes one file, dropped or chosen: first a preview, then, if confirmed, the import. */
import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import './form.css'

interface FileDialogProps {
  /** Text of the button that opens the dialog. */
  openText: string
  title: string
  /** The form inside. It is created again after each closing, so that nothing of an earlier file remains. */
  children(close: () => void): ComponentChildren
}

export function FileDialog({ openText, title, children }: FileDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [round, setRound] = useState(0)
  return (
    <>
      <button aria-haspopup="dialog" onClick={() => dialog.current?.showModal()}>
        {openText}
      </button>
      <dialog ref={dialog} class="import" aria-label={title} onClose={() => setRound((number) => number + 1)}>
        <div key={round}>{children(() => dialog.current?.close())}</div>
      </dialog>
    </>
  )
}

interface FileDropProps {
  title: string
  hint?: string
  /** Label of the file field. */
  label: string
  onFile(file: File): void
  onSubmit(): void
  children: ComponentChildren
}

/** A form that accepts a dropped file on its whole surface. */
export function FileDropForm({ title, hint, label, onFile, onSubmit, children }: FileDropProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        takeDroppedFile(event, input, onFile)
      }}
    >
      <h2>{title}</h2>
      {hint && <p class="hint">{hint}</p>}
      <label class="drop">
        {label}
        <input
          ref={input}
          type="file"
          onChange={({ currentTarget: { files } }) => files?.[0] && onFile(files[0])}
        />
      </label>
      {children}
    </form>
  )
}

function takeDroppedFile(
  event: DragEvent,
  input: RefObject<HTMLInputElement | null>,
  onFile: (file: File) => void,
): void {
  const files = event.dataTransfer?.files
  if (!files?.[0]) return
  // Setting the files makes the field show the name of the dropped file.
  input.current!.files = files
  onFile(files[0])
}

export type UploadState<Outcome> = { name: 'empty' } | { name: 'sending'; share: number } | Outcome

/** Arguments of an upload: it reports its progress, 0 to 1, and must end when the signal is aborted. */
export interface UploadRun {
  onProgress(share: number): void
  signal: AbortSignal
}

/** Runs one upload at a time: the next one aborts it and discards its outcome, and so does leaving the form. */
export function useUpload<Outcome>() {
  const [state, setState] = useState<UploadState<Outcome>>({ name: 'empty' })
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const run = (upload: (run: UploadRun) => Promise<Outcome>) => {
    running.current?.abort()
    const abort = (running.current = new AbortController())
    const show = (next: UploadState<Outcome>) => abort.signal.aborted || setState(next)
    const onProgress = (share: number) => void show({ name: 'sending', share })
    onProgress(0)
    void upload({ onProgress, signal: abort.signal }).then(show, () => {})
  }
  return [state, run] as const
}

export function UploadProgress({ label, share }: { label: string; share: number }) {
  return (
    <label>
      {label}
      <progress value={share} max={1} />
    </label>
  )
}
