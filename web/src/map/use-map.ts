/** The map as the page's state sees it. */
import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'
import type { Instance } from '../api/api.js'
import type { Connection } from '../api/connection.js'
import type { MapHit } from './selection.js'
import { CoverageMap, type MapView } from './coverage-map.js'

export function useMap(
  element: RefObject<HTMLDivElement | null>,
  instance: Instance | null,
  first: MapView | null,
  connection: Connection,
  picked: (here: readonly MapHit[]) => void,
) {
  const [map, setMap] = useState<CoverageMap | null>(null)
  const [at, moved] = useState(first)
  const [under, over] = useState<readonly MapHit[]>([])
  /** The run that is drawn on all of the view; null while tiles are on their way. */
  const [shown, setShown] = useState<number | null>(null)
  const [drawn, setDrawn] = useState(0)
  // Before the next frame, as the questions are.
  useLayoutEffect(() => {
    if (!instance || !element.current) return
    const shows = (run: number | null) => {
      setShown(run)
      if (run !== null) setDrawn((times) => times + 1)
    }
    setMap(
      new CoverageMap(element.current, instance, first, connection, {
        onPick: picked,
        onHover: over,
        onMove: moved,
        onRunDrawn: shows,
      }),
    )
  }, [instance])
  return { map, at, under, shown, drawn }
}
