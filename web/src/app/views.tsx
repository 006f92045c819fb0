/** The views beside the map and their tabs. A view is loaded when it is first opened. */
import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { type ModuleLoader, useLazyModule } from '../api/lazy-module.js'
import { useFocusRestore } from '../form/focus-restore.js'
import type { Localizer } from '../language/language.js'
import { VIEWS, type ViewName } from './view-names.js'
import type { ViewProps } from './view-props.js'

const LOADERS: Record<ViewName, ModuleLoader<ComponentType<ViewProps>>> = {
  figures: async () => (await import('../figures/figures.js')).Figures,
  programme: async () => (await import('../programme/programme.js')).Programme,
  plan: async () => (await import('../plan/plan.js')).Plan,
  priorities: async () => (await import('../priorities/priorities.js')).Priorities,
  disputes: async () => (await import('../disputes/disputes.js')).Disputes,
}

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

export function ViewPane({ view, ...props }: ViewProps & { view: ViewName }) {
  const { t } = props.words
  const pane = useRef<HTMLElement>(null)
  const View = useLazyModule(props.connection, LOADERS[view])
  // A view's marks leave the map together with it.
  useEffect(() => () => props.onMarks(null), [view])
  useEffect(() => pane.current?.focus({ preventScroll: true }), [view])
  useFocusRestore(pane)
  return (
    <section ref={pane} class="view" aria-label={t(`view_${view}`)} tabIndex={-1}>
      {View ? <View {...props} /> : <p>{t('loading')}</p>}
    </section>
  )
}
