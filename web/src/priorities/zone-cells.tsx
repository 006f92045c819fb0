/** Cells of a zone's row that both tables share, and its mark on the map. */
import type { Localizer } from '../language/language.js'
import type { Marks, MarkTone } from '../map/marks.js'
import { Swatch } from '../legend/swatch.js'
import type { RankedZone } from './priorities-api.js'

/** Name of the zone's most populous locality, else of its commune, else the zone's id. */
export function zoneName({ lang }: Localizer, zone: RankedZone): string {
  const locality = (lang === 'ar' && zone.localityAr) || zone.localityFr
  return locality ?? areaName(lang, zone) ?? zone.id
}

const areaName = (lang: Localizer['lang'], zone: RankedZone): string | null =>
  lang === 'ar' ? zone.areaAr : zone.areaFr

/** Margin in degrees around a zone to which the map zooms, so that a single cell is seen in its surroundings. */
const ZOOM_MARGIN_DEGREES = 0.04

const around = ([west, south, east, north]: RankedZone['bbox']): RankedZone['bbox'] => [
  west - ZOOM_MARGIN_DEGREES,
  south - ZOOM_MARGIN_DEGREES,
  east + ZOOM_MARGIN_DEGREES,
  north + ZOOM_MARGIN_DEGREES,
]

interface ZoneNameProps {
  words: Localizer
  zone: RankedZone
  onBox(box: RankedZone['bbox']): void
}

/** Button that zooms the map to the zone. */
export function ZoneName({ words, zone, onBox }: ZoneNameProps) {
  const area = areaName(words.lang, zone)
  const name = zoneName(words, zone)
  return (
    <th scope="row">
      <button class="link" onClick={() => onBox(around(zone.bbox))}>
        <bdi>{name}</bdi>
      </button>
      <small>
        <Swatch of={zone.class} /> {words.t(zone.class)}
        {area && area !== name && (
          <>
            {' · '}
            <bdi>{area}</bdi>
          </>
        )}
      </small>
    </th>
  )
}

const FIGURES = ['people', 'localities', 'schools', 'healthCentres', 'administrations'] as const

/** Names of the columns of `ZoneFigures`. */
export const ZONE_COLUMNS = [...FIGURES, 'fibreKm', 'costClass'] as const

export function ZoneFigures({ words: { number }, zone }: { words: Localizer; zone: RankedZone }) {
  return (
    <>
      {FIGURES.map((name) => (
        <td key={name}>{zone[name] === null ? '–' : number(zone[name])}</td>
      ))}
      <td>{zone.fibreKm === null ? '–' : number(zone.fibreKm, 1)}</td>
      <td>{zone.costClass}</td>
    </>
  )
}

export function zoneMarksOf(
  words: Localizer,
  zones: readonly RankedZone[],
  mark: (zone: RankedZone) => { tone: MarkTone; before: string },
): Marks {
  return {
    type: 'FeatureCollection',
    features: zones.map((zone) => {
      const { tone, before } = mark(zone)
      return {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [zone.lng, zone.lat] },
        properties: { tone, label: `${before} ${zoneName(words, zone)}` },
      }
    }),
  }
}
