/** Keyboards and screen readers stay where they were when what had the focus goes: a saved form, a removed line. */
import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

/** The element takes the focus of what was removed from inside it; else the next Tab would begin at the page's top. */
export function useFocusRestore(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const container = element.current!
    let lastFocused: EventTarget | null = null
    const onFocus = ({ target }: FocusEvent) => (lastFocused = target)
    const observer = new MutationObserver(() => {
      const isRemoved = lastFocused instanceof Node && !lastFocused.isConnected
      if (!isRemoved || document.activeElement !== document.body) return
      lastFocused = null
      container.focus({ preventScroll: true })
    })
    container.addEventListener('focusin', onFocus)
    observer.observe(container, { childList: true, subtree: true })
    return () => {
      observer.disconnect()
      container.removeEventListener('focusin', onFocus)
    }
  }, [])
}
