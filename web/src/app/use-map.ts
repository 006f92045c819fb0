/** Connects the map to the page's state: creates it, passes content to it and dispatches its events. */
import type { RefObject } from 'preact'
import { type Dispatch, useEffect, useLayoutEffect, useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import type { Instance } from '../api/schemas.js'
import { queryValueOf } from '../api/use-query.js'
import { CoverageMap } from '../map/coverage-map.js'
import type { Coordinates } from '../map/map-view.js'
import type { MapHit } from '../map/selection.js'
import { geometryOf, isPlace, pointOf } from '../places/place.js'
import type { Detail } from '../panel/detail.js'
import type { PageData } from './page-data.js'
import type { PageAction, PageState } from './page-state.js'

export interface PageMap {
  /** The map; null until the page is laid out. */
  map: CoverageMap | null
  /** Items under the pointer, topmost first. */
  hoverHits: readonly MapHit[]
  /** The run that all tiles in view show; null while tiles are loading. */
  drawnRun: number | null
  /** Number of times that the whole view was drawn. */
  drawCount: number
}

export function useMap(
  element: RefObject<HTMLDivElement | null>,
  instance: Instance,
  connection: Connection,
  state: PageState,
  dispatch: Dispatch<PageAction>,
): PageMap {
  const [map, setMap] = useState<CoverageMap | null>(null)
  const [hoverHits, setHoverHits] = useState<readonly MapHit[]>([])
  const [drawnRun, setDrawnRun] = useState<number | null>(null)
  const [drawCount, setDrawCount] = useState(0)
  // The map is made before the next frame, as the first requests are.
  useLayoutEffect(() => {
    setMap(
      new CoverageMap(element.current!, instance, state.mapView, connection, {
        onPick: (hits) => dispatch({ type: 'pick', hits }),
        onHover: setHoverHits,
        onMove: (mapView) => dispatch({ type: 'moveMap', mapView }),
        onRunDrawn: (run) => {
          setDrawnRun(run)
          if (run !== null) setDrawCount((times) => times + 1)
        },
      }),
    )
  }, [])
  return { map, hoverHits, drawnRun, drawCount }
}

/** Draws the content that follows from the state and the server's data. */
export function useMapContent(
  map: CoverageMap | null,
  { theme, overlays, areasColoured, swipeShare }: PageState,
  { run, threshold, swipeRun }: PageData,
): void {
  useLayoutEffect(
    () => map?.layers.show({ run: run?.id ?? null, threshold, theme, swipe: swipeRun?.id ?? null, overlays }),
    [map, run?.id, threshold, theme, swipeRun?.id, overlays],
  )
  useEffect(() => map?.layers.swipeTo(swipeRun ? swipeShare : null), [map, swipeRun, swipeShare])
  // Areas coloured by one run under the cells of another would mislead.
  const isColoured = areasColoured && theme.kind === 'verdict' && !swipeRun
  useLayoutEffect(() => map?.layers.colourAreas(isColoured), [map, isColoured])
}

/** Marks the selected item, and moves the map to it if that is due. */
export function useMapSelection(
  map: CoverageMap | null,
  { selection, isFlightDue }: PageState,
  { detail }: PageData,
  dispatch: Dispatch<PageAction>,
): void {
  const loaded = queryValueOf(detail)
  useEffect(() => map?.marks.select(selection), [map, selection?.kind, selection?.id])
  useEffect(() => {
    if (!isFlightDue || !map || !loaded) return
    dispatch({ type: 'arrive' })
    flyTo(map, loaded)
  }, [map, loaded, isFlightDue])
  useEffect(() => map?.marks.outline(loaded && isPlace(loaded) ? geometryOf(loaded) : null), [map, loaded])
}

function flyTo({ camera }: CoverageMap, detail: Detail): void {
  if ('zone' in detail) camera.zoomToSelected(detail.zone.bbox)
  else if (isPlace(detail)) camera.zoomToPoint(pointOf(detail))
  else if ('area' in detail) camera.zoomToSelected(detail.area.bbox)
  else camera.zoomToPoint(detail.cell)
}

/** Lets a view ask for a place on the map; the second value is whether a view waits for one. */
export function usePlacePicker(
  map: CoverageMap | null,
): [(signal: AbortSignal) => Promise<Coordinates | null>, boolean] {
  const [isPicking, setPicking] = useState(false)
  const pickPlace = async (signal: AbortSignal) => {
    setPicking(true)
    const place = (await map?.placePicker.pick(signal)) ?? null
    setPicking(false)
    return place
  }
  return [pickPlace, isPicking]
}
