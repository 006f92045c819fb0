/** The map with its buttons, notices, legend and the panel of the selected item. */
import type { RefObject } from 'preact'
import type { QueryResult } from '../api/use-query.js'
import type { Run } from '../api/schemas.js'
import { type Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { SwipeLine } from '../map/swipe-line.js'
import { DetailPanel } from '../panel/detail-panel.js'
import { AlsoHere, Readout } from '../panel/hits.js'
import { Panel } from '../panel/panel.js'
import type { PageProps } from './page-props.js'
import { MapLegend } from './map-legend.js'
import type { PageMap } from './use-map.js'
import type { Navigation } from './use-navigation.js'

interface StageProps extends PageProps {
  element: RefObject<HTMLDivElement | null>
  pageMap: PageMap
  /** Whether a view waits for the user to point out a place. */
  isPicking: boolean
  go: Navigation
}

export function Stage(props: StageProps) {
  const { words, state, dispatch, data, element, pageMap, isPicking, go } = props
  const { map, hoverHits } = pageMap
  const { run, runs, swipeRun, newerRun } = data
  const { t } = words
  return (
    <div class="stage">
      <div id="map" ref={element} dir="ltr" role="application" aria-label={t('map')} tabIndex={0} />
      <div class="cross" aria-hidden="true" />
      <ZoomButtons words={words} onZoom={(steps) => map?.camera.zoomBy(steps)} />
      <RunNotice words={words} query={runs.query} />
      {swipeRun && run && (
        <SwipeLine
          {...{ words, left: swipeRun, right: run, share: state.swipeShare }}
          onShare={(share) => dispatch({ type: 'moveSwipe', share })}
        />
      )}
      {isPicking && <p class="take-hint card">{t('takePlace')}</p>}
      {hoverHits.length > 0 && !isPicking && <Readout words={words} hits={hoverHits} />}
      {newerRun !== null && <NewerRunNotice words={words} id={newerRun} onShow={go.showNewestRun} />}
      {run && <MapLegend {...props} run={run} onNear={(ids) => map?.layers.preload(ids)} />}
      {state.selection && <SelectionPanel {...props} selection={state.selection} />}
    </div>
  )
}

type SelectionPanelProps = StageProps & { selection: NonNullable<StageProps['state']['selection']> }

function SelectionPanel({ selection, ...props }: SelectionPanelProps) {
  const { words, connection, state, dispatch, data, pageMap, go } = props
  const { kind, id } = selection
  return (
    <Panel words={words} of={`${kind} ${id}`} isReady={data.detail !== null} onClose={go.closePanel}>
      <AlsoHere
        words={words}
        hits={state.hits.filter((hit) => hit.kind !== kind || hit.id !== id)}
        onChoose={(item) => dispatch({ type: 'switchHit', item })}
      />
      <DetailPanel
        {...{ words, connection }}
        account={data.account}
        detail={data.detail}
        run={data.run}
        rule={data.rule}
        onZoom={() => pageMap.map?.zoomIntoSelected()}
        onCell={go.toCell}
        onDispute={go.toDispute}
        onPlan={go.toPlanItem}
      />
    </Panel>
  )
}

function ZoomButtons({ words: { t }, onZoom }: { words: Localizer; onZoom(steps: number): void }) {
  return (
    <div class="zoom">
      <button aria-label={t('zoomInControl')} title={t('zoomInControl')} onClick={() => onZoom(1)}>
        +
      </button>
      <button aria-label={t('zoomOutControl')} title={t('zoomOutControl')} onClick={() => onZoom(-1)}>
        −
      </button>
    </div>
  )
}

/** The reason why the map is empty: runs are loading, were refused, or do not exist. */
function RunNotice({ words, query }: { words: Localizer; query: QueryResult<Run[]> }) {
  const { t } = words
  if (query && 'value' in query && query.value.length > 0) return null
  return (
    <div class="notice card" role="status">
      {!query && t('loading')}
      {query && 'refused' in query && problemText(words, query.refused)}
      {query && 'value' in query && (
        <>
          <p>{t('noRun')}</p>
          <code dir="ltr">npm run taghtiya -- classify</code>
        </>
      )}
    </div>
  )
}

interface NewerRunProps {
  words: Localizer
  id: number
  onShow(): void
}

/** Notice of a newer run on a page that stays open; the reader decides when to show it. */
function NewerRunNotice({ words: { t }, id, onShow }: NewerRunProps) {
  return (
    <p class="newer card" role="status">
      {t('newer', { id: String(id) })}{' '}
      <button class="small" onClick={onShow}>
        {t('newerShow')}
      </button>
    </p>
  )
}
