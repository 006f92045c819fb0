/**
 * Restores the focus of keyboard and screen reader users after the focused element was removed, such as a saved form.
 */
import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

/**
 * Moves the focus to `element` if the focused element inside it was removed; otherwise the next Tab would start at the
 * page's top.
 */
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
