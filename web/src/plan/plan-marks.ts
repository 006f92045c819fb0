/** Marks of plan items on the map. */
import type { PlanState } from '#domain/plan'
import type { Localizer } from '../language/language.js'
import type { BBox, Coordinates } from '../map/map-view.js'
import type { MarkTone, Marks } from '../map/marks.js'
import type { PlanItem } from './plan-api.js'
import { planItemName } from './plan-texts.js'
import { WORDS } from './words.js'

const PLAN_TONES: Record<PlanState, MarkTone> = {
  planned: 'waiting',
  awarded: 'waiting',
  works: 'waiting',
  late: 'waiting',
  in_service: 'waiting',
  verified: 'good',
  contradicted: 'bad',
}

/** Marks of the listed items, and on top the opened item or the place in its form. */
export function planMarksOf(
  words: Localizer,
  items: readonly PlanItem[],
  opened: PlanItem | null,
  formPlace: Coordinates | null,
): Marks {
  const markAt = ({ lat, lng }: Coordinates, tone: MarkTone, label: string): Marks['features'][number] => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [lng, lat] },
    properties: { tone, label },
  })
  const mark = (item: PlanItem, tone: MarkTone) => markAt(item, tone, planItemName(words, item))
  const others = items.filter((item) => item.code !== opened?.code)
  return {
    type: 'FeatureCollection',
    features: [
      ...others.map((item) => mark(item, PLAN_TONES[item.state])),
      ...(opened && !formPlace ? [mark(opened, 'chosen')] : []),
      ...(formPlace ? [markAt(formPlace, 'chosen', words.translatorOf(WORDS)('placeChosen'))] : []),
    ],
  }
}

/** Margin in degrees around an item to which the map zooms. */
const ZOOM_MARGIN_DEGREES = 0.03

export const boxAround = ({ lat, lng }: Coordinates): BBox => [
  lng - ZOOM_MARGIN_DEGREES,
  lat - ZOOM_MARGIN_DEGREES,
  lng + ZOOM_MARGIN_DEGREES,
  lat + ZOOM_MARGIN_DEGREES,
]
