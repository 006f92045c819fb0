/** What a view beside the map is given. */
import type { Account, Run, RuleInWords } from './api.js'
import type { Connection } from './connection.js'
import type { Language } from './language.js'
import type { Box, Place } from './map/coverage-map.js'
import type { Marks } from './map/marks.js'
import type { Overlay } from './map/overlays.js'

export interface ViewProps {
  words: Language
  connection: Connection
  run: Run
  rule: RuleInWords
  account: Account | null
  /** Code of the area that is chosen on the map; null: the country. */
  area: string | null
  /** What the view keeps in the page's address, by names of its own. */
  kept: Readonly<Record<string, string>>
  onKeep(kept: Readonly<Record<string, string>>): void
  /** Chooses an area and shows it on the map. */
  onArea(area: { code: string; bbox: Box }): void
  /** Chooses a cell and shows it on the map. */
  onCell(h3: string): void
  /** Marks places on the map, instead of those before; null: none. */
  onMarks(marks: Marks | null): void
  /** People changed what an overlay of the map shows. */
  onChange(overlay: Overlay): void
  /** Shows a place. */
  onBox(box: Box): void
  /** Lets a place be pointed out on the map; null: it was given up. */
  onTakePlace(signal: AbortSignal): Promise<Place | null>
}
