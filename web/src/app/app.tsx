/** The page: its state, the server's data for it, and the parts that show both. */
import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks'
import { Connection } from '../api/connection.js'
import { localizerOf } from '../language/language.js'
import { Header } from './header.js'
import { usePageData } from './page-data.js'
import type { PageProps } from './page-props.js'
import { pageStateOf, reducePage } from './page-state.js'
import { Stage } from './stage.js'
import { currentAddress, useAddress } from './use-address.js'
import { useMap, useMapContent, useMapSelection, usePlacePicker } from './use-map.js'
import { useNavigation } from './use-navigation.js'
import { Tabs, ViewPane } from './views.js'
import './app.css'

export function App() {
  const [state, dispatch] = useReducer(reducePage, undefined, () => pageStateOf(currentAddress()))
  const [isOffline, setOffline] = useState(false)
  const connection = useMemo(() => new Connection(setOffline), [])
  const words = useMemo(() => localizerOf(state.lang), [state.lang])
  const data = usePageData(connection, state)
  const { rule, run, runs, threshold } = data
  // The address names a run only if it is not the newest, and a threshold only if it differs from the rule's.
  const earlierRun = run && run !== runs.newest ? run.id : null
  useAddress({ ...state, rule: rule?.id ?? state.rule, run: earlierRun, threshold })
  useEffect(() => {
    document.documentElement.lang = words.lang
    document.documentElement.dir = words.dir
  }, [words])
  // Parts that were shown before these two are loaded would jump when they arrive.
  if (!data.instance || !data.rules)
    return (
      <p class={isOffline ? 'lost' : 'waiting'} role="status">
        {words.t(isOffline ? 'lost' : 'loading')}
      </p>
    )
  return <Page {...{ words, connection, state, dispatch, data, isOffline }} />
}

function Page(props: PageProps) {
  const { words, connection, state, dispatch, data } = props
  const { run, rule, account } = data
  const element = useRef<HTMLDivElement>(null)
  const pageMap = useMap(element, data.instance!, connection, state, dispatch)
  const { map, drawnRun, drawCount } = pageMap
  useMapContent(map, state, data)
  useMapSelection(map, state, data, dispatch)
  useEffect(() => map?.arrangeFor(words.dir), [map, words])
  const [pickPlace, isPicking] = usePlacePicker(map)
  const go = useNavigation(map, state, dispatch)
  const area = state.selection?.kind === 'area' ? state.selection.id : null
  return (
    <div
      class={`page${state.selection ? ' with-panel' : ''}${state.view ? ' with-view' : ''}`}
      data-run={run?.id}
      data-drawn={drawCount}
      data-ready={run !== null && drawnRun === run.id}
    >
      <a class="skip" href="#map">
        {words.t('skip')}
      </a>
      <Header {...props} area={area} onArea={go.toArea} />
      <Tabs words={words} view={state.view} onView={(view) => dispatch({ type: 'openView', view })} />
      <main>
        <Stage {...{ ...props, element, pageMap, isPicking, go }} />
        {state.view && run && rule && (
          <ViewPane
            {...{ words, connection, run, rule, account, area }}
            view={state.view}
            viewState={state.viewState}
            onViewState={(viewState) => dispatch({ type: 'setViewState', viewState })}
            onArea={go.toArea}
            onCell={go.toCell}
            onMarks={(marks) => map?.marks.pointOut(marks)}
            onOverlayChange={go.refreshOverlay}
            onZoomToBox={(box) => map?.camera.zoomTo(box)}
            onPickPosition={pickPlace}
          />
        )}
      </main>
    </div>
  )
}
