import { areaPathText } from '../language/area-names.js'
import type { Localizer } from '../language/language.js'

interface AreaPathProps {
  words: Localizer
  /** From the largest to the smallest. */
  areas: Parameters<typeof areaPathText>[1]
}

/** The areas around what the panel tells of. */
export function AreaPath({ words, areas }: AreaPathProps) {
  if (areas.length === 0) return null
  return <p class="places">{areaPathText(words, areas)}</p>
}
