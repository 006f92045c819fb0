/** The views beside the map. Each is loaded when it is first opened: who only looks at the map does not pay for them. */
import type { ComponentType } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useFocusRestore } from '../form/focus-restore.js'
import type { Localizer } from '../language/language.js'
import type { ViewProps } from './view-props.js'

/** In the order of the tabs; the words of a tab are its key. */
const LOADERS = {
  figures: async () => (await import('../figures/figures.js')).Figures,
  plan: async () => (await import('../plan/plan.js')).Plan,
  priorities: async () => (await import('../priorities/priorities.js')).Priorities,
  disputes: async () => (await import('../disputes/disputes.js')).Disputes,
} satisfies Record<string, () => Promise<ComponentType<ViewProps>>>

const VIEWS = Object.keys(LOADERS) as ViewName[]
export type ViewName = keyof typeof LOADERS

export const viewNameOf = (name: string | null): ViewName | null =>
  VIEWS.find((view) => view === name) ?? null

interface TabsProps {
  words: Localizer
  view: ViewName | null
  onView(view: ViewName | null): void
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
export function ViewPane({ view, ...props }: ViewProps & { view: ViewName }) {
  const { t } = props.words
  const [loaded, setLoaded] = useState<{ view: ViewName; Shown: ComponentType<ViewProps> } | null>(null)
  const pane = useRef<HTMLElement>(null)
  useEffect(() => {
    const ask = () => LOADERS[view]()
    const abort = new AbortController()
    props.connection.requestWithRetry(ask, abort.signal).then(
      (Shown) => setLoaded({ view, Shown }),
      () => {},
    )
    return () => {
      abort.abort()
      props.onMarks(null)
    }
  }, [view])
  useEffect(() => pane.current?.focus({ preventScroll: true }), [view])
  useFocusRestore(pane)
  return (
    <section ref={pane} class="view" aria-label={t(`view_${view}`)} tabIndex={-1}>
      {loaded?.view === view ? <loaded.Shown {...props} /> : <p>{t('loading')}</p>}
    </section>
  )
}
