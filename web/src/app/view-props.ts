/** What a view beside the map is given. */
import type { Account, Run, RuleInWords } from '../api/api.js'
import type { Connection } from '../api/connection.js'
import type { Localizer } from '../language/language.js'
import type { BBox, Coordinates } from '../map/coverage-map.js'
import type { Marks } from '../map/marks.js'
import type { Overlay } from '../map/overlays.js'

export interface ViewProps {
  words: Localizer
  connection: Connection
  run: Run
  rule: RuleInWords
  account: Account | null
  /** Code of the area that is chosen on the map; null: the country. */
  area: string | null
  /** What the view keeps in the page's address, by names of its own. */
  viewState: Readonly<Record<string, string>>
  onViewState(kept: Readonly<Record<string, string>>): void
  /** Chooses an area and shows it on the map. */
  onArea(area: { code: string; bbox: BBox }): void
  /** Chooses a cell and shows it on the map. */
  onCell(h3: string): void
  /** Marks places on the map, instead of those before; null: none. */
  onMarks(marks: Marks | null): void
  /** People changed what an overlay of the map shows. */
  onOverlayChange(overlay: Overlay): void
  /** Shows a place. */
  onZoomToBox(box: BBox): void
  /** Lets a place be pointed out on the map; null: it was given up. */
  onPickPosition(signal: AbortSignal): Promise<Coordinates | null>
}
