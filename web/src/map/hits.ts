/** Reads the fields of a cell or an area from its tile. */
import type { Class, PartialKnowledge } from '#domain/verdict'
import type { MapHit } from './selection.js'
import { type Theme, themeWordKeyOf } from './theme.js'
import type { TileHit } from './tiles/tile-source.js'

/** Values of the fields that not every kind of hit has. */
export const EMPTY_HIT = {
  class: null,
  partial: null,
  themeWordKey: null,
  state: null,
  nameFr: null,
  nameAr: null,
  cells: null,
} as const satisfies Omit<MapHit, 'kind' | 'id'>

export const cellHitOf = ({ feature: { properties } }: TileHit, theme: Theme): MapHit => ({
  ...EMPTY_HIT,
  kind: 'cell',
  id: String(properties['h3']),
  class: (properties['class'] as Class | undefined) ?? null,
  partial: (properties['partial'] as PartialKnowledge | undefined) ?? null,
  themeWordKey: themeWordKeyOf(theme, properties),
})

export const areaHitOf = ({ feature: { properties } }: TileHit): MapHit => ({
  ...EMPTY_HIT,
  kind: 'area',
  id: String(properties['code']),
  nameFr: String(properties['name_fr']),
  nameAr: String(properties['name_ar']),
})
