/** What a view beside the map is given. */
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
  /** Code of the selected area; null: the country. */
  area: string | null
  viewState: ViewState
  onViewState(viewState: ViewState): void
  /** Selects an area and shows it on the map. */
  onArea(area: { code: string; bbox: BBox }): void
  /** Selects a cell and shows it on the map. */
  onCell(h3: string): void
  /** Marks places on the map, instead of those before; null removes them. */
  onMarks(marks: Marks | null): void
  /** People changed what an overlay of the map shows. */
  onOverlayChange(overlay: Overlay): void
  /** Shows a part of the country on the map. */
  onZoomToBox(box: BBox): void
  /** Lets a place be pointed out on the map; null: it was cancelled. */
  onPickPosition(signal: AbortSignal): Promise<Coordinates | null>
}
