/** Props of a view beside the map. */
import type { Connection } from '../api/connection.js'
import type { Account, Run, RuleInWords } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'
import type { BBox, Coordinates } from '../map/map-view.js'
import type { Marks } from '../map/marks.js'
import type { Overlay } from '../map/overlay-names.js'
import type { ViewState } from './page-address.js'

export interface ViewProps {
  words: Localizer
  connection: Connection
  run: Run
  rule: RuleInWords
  account: Account | null
  /** Code of the selected area; null for the country. */
  area: string | null
  viewState: ViewState
  onViewState(viewState: ViewState): void
  /** Selects an area and zooms to it. */
  onArea(area: { code: string; bbox: BBox }): void
  /** Selects a cell and moves the map to it. */
  onCell(h3: string): void
  /** Replaces the marks on the map; null removes them. */
  onMarks(marks: Marks | null): void
  /** Reports that the data of an overlay were changed. */
  onOverlayChange(overlay: Overlay): void
  /** Zooms the map to a box. */
  onZoomToBox(box: BBox): void
  /** Resolves to the place that the user points out on the map; null if it was cancelled. */
  onPickPosition(signal: AbortSignal): Promise<Coordinates | null>
}
