/** The frame of the dialogs that the account's menu opens. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Localizer } from '../language/language.js'
import { useFocusRestore } from './focus-restore.js'

interface ModalDialogProps {
  words: Localizer
  title: string
  /** A sentence below the title. */
  lead?: string
  /** Classes beside those of every such dialog. */
  class: string
  onClose(): void
  children: ComponentChildren
}

/** A dialog that is open from its first rendering, with its title and a button that closes it. */
export function ModalDialog({ words, title, lead, class: ownClass, onClose, children }: ModalDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  useFocusRestore(dialog)
  return (
    <dialog ref={dialog} tabIndex={-1} class={`import ${ownClass}`} aria-label={title} onClose={onClose}>
      <h2>{title}</h2>
      {lead && <p class="hint">{lead}</p>}
      {children}
      <div class="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          {words.t('close')}
        </button>
      </div>
    </dialog>
  )
}
