import { areaPathText } from '../language/area-names.js'
import type { Localizer } from '../language/language.js'

interface AreaPathProps {
  words: Localizer
  /** Areas from the largest to the smallest. */
  areas: Parameters<typeof areaPathText>[1]
}

/** The areas that contain the selected item. */
export function AreaPath({ words, areas }: AreaPathProps) {
  if (areas.length === 0) return null
  return <p class="places">{areaPathText(words, areas)}</p>
}
