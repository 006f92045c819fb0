/** The card beside the map about the selected item. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Localizer } from '../language/language.js'
import './panel.css'

interface PanelProps {
  words: Localizer
  /** Identity of the item: when it changes, the panel takes the focus and scrolls to its top. */
  of: string
  /** False while the data are loading. */
  isReady: boolean
  onClose(): void
  children: ComponentChildren
}

export function Panel({ words, of, isReady, onClose, children }: PanelProps) {
  const element = useRef<HTMLElement>(null)
  // Only the heading is announced: a whole table read aloud helps nobody.
  const [heading, setHeading] = useState('')
  useEffect(() => {
    element.current?.scrollTo(0, 0)
    element.current?.focus({ preventScroll: true })
  }, [of])
  useEffect(() => setHeading(isReady ? (element.current?.querySelector('h2')?.innerText ?? '') : ''))
  return (
    <aside ref={element} class="panel card" aria-label={words.t('panel')} aria-busy={!isReady} tabIndex={-1}>
      <p class="hidden" role="status">
        {heading}
      </p>
      <button class="close" aria-label={words.t('close')} onClick={onClose}>
        ×
      </button>
      {children}
    </aside>
  )
}
