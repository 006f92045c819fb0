/** Keyboards and screen readers stay where they were when what had the focus goes: a saved form, a removed line. */
import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

/** The element takes the focus of what has gone from inside it; else the next Tab would begin at the page's top. */
export function useFocusRestore(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const around = element.current!
    let last: EventTarget | null = null
    const onFocus = ({ target }: FocusEvent) => (last = target)
    const observer = new MutationObserver(() => {
      if (!(last instanceof Node) || last.isConnected || document.activeElement !== document.body) return
      last = null
      around.focus({ preventScroll: true })
    })
    around.addEventListener('focusin', onFocus)
    observer.observe(around, { childList: true, subtree: true })
    return () => {
      observer.disconnect()
      around.removeEventListener('focusin', onFocus)
    }
  }, [])
}
