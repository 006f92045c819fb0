/** Actions that move the map and change the state together. */
import { type Dispatch, useEffect } from 'preact/hooks'
import type { CoverageMap } from '../map/coverage-map.js'
import type { BBox } from '../map/map-view.js'
import type { Overlay } from '../map/overlay-names.js'
import type { PageAction, PageState } from './page-state.js'

export interface Navigation {
  /** Selects an area and zooms to it. */
  toArea(area: { code: string; bbox: BBox }): void
  /** Selects a cell; the map moves to it once its place is loaded. */
  toCell(h3: string): void
  /** Opens a dispute in the view beside the map. */
  toDispute(id: string): void
  /** Opens an item of the plan in the view beside the map. */
  toPlanItem(code: string): void
  /** Closes the panel; the map gets the focus. */
  closePanel(): void
  showNewestRun(): void
  /** Loads an overlay again after its data were changed on this page. */
  refreshOverlay(overlay: Overlay): void
}

export function useNavigation(
  map: CoverageMap | null,
  { selection }: PageState,
  dispatch: Dispatch<PageAction>,
): Navigation {
  const closePanel = () => {
    dispatch({ type: 'deselect' })
    map?.focus()
  }
  useEscapeKey(selection !== null, closePanel)
  return {
    closePanel,
    toArea: ({ code, bbox }) => {
      dispatch({ type: 'select', item: { kind: 'area', id: code }, fly: false })
      map?.camera.zoomToSelected(bbox)
    },
    toCell: (h3) => dispatch({ type: 'select', item: { kind: 'cell', id: h3 }, fly: true }),
    toDispute: (dispute) => dispatch({ type: 'openItem', view: 'disputes', itemState: { dispute } }),
    toPlanItem: (item) => dispatch({ type: 'openItem', view: 'plan', itemState: { item } }),
    showNewestRun: () => {
      dispatch({ type: 'showNewestRun' })
      map?.focus()
    },
    refreshOverlay: (overlay) => {
      dispatch({ type: 'changePlan' })
      map?.refresh(overlay)
    },
  }
}

/** Handles the Escape key anywhere on the page, except where an element handles it itself. */
function useEscapeKey(isActive: boolean, act: () => void): void {
  useEffect(() => {
    if (!isActive) return undefined
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) act()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })
}
