/** The views beside the map. Each is loaded when it is first opened: who only looks at the map does not pay for them. */
import type { ComponentType } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useKeptFocus } from './kept-focus.js'
import type { Language } from './language.js'
import type { ViewProps } from './view-props.js'

/** In the order of the tabs; the words of a tab are its key. */
const LOADERS = {
  figures: async () => (await import('./figures/figures.js')).Figures,
  plan: async () => (await import('./plan/plan.js')).Plan,
  priorities: async () => (await import('./priorities/priorities.js')).Priorities,
  disputes: async () => (await import('./disputes/disputes.js')).Disputes,
} satisfies Record<string, () => Promise<ComponentType<ViewProps>>>

const VIEWS = Object.keys(LOADERS) as View[]
export type View = keyof typeof LOADERS

export const viewOf = (name: string | null): View | null => VIEWS.find((view) => view === name) ?? null

interface TabsProps {
  words: Language
  view: View | null
  onView(view: View | null): void
}

export function Tabs({ words: { t }, view, onView }: TabsProps) {
  return (
    <nav aria-label={t('views')}>
      {[null, ...VIEWS].map((tab) => (
        <button key={tab} aria-current={tab === view ? 'page' : undefined} onClick={() => onView(tab)}>
          {t(tab === null ? 'view_map' : `view_${tab}`)}
        </button>
      ))}
    </nav>
  )
}

/** The pane of a view, which is loaded on the way. */
export function ViewPane({ view, ...props }: ViewProps & { view: View }) {
  const { t } = props.words
  const [loaded, setLoaded] = useState<{ view: View; Shown: ComponentType<ViewProps> } | null>(null)
  const pane = useRef<HTMLElement>(null)
  useEffect(() => {
    const ask = () => LOADERS[view]()
    const abort = new AbortController()
    props.connection.ask(ask, abort.signal).then(
      (Shown) => setLoaded({ view, Shown }),
      () => {},
    )
    return () => {
      abort.abort()
      props.onMarks(null)
    }
  }, [view])
  useEffect(() => pane.current?.focus({ preventScroll: true }), [view])
  useKeptFocus(pane)
  return (
    <section ref={pane} class="view" aria-label={t(`view_${view}`)} tabIndex={-1}>
      {loaded?.view === view ? <loaded.Shown {...props} /> : <p>{t('loading')}</p>}
    </section>
  )
}
