/** Where an item lies: in degrees, or pointed out on the map, which fills them in. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Localizer } from '../language/language.js'
import type { Coordinates } from '../map/coverage-map.js'
import type { ViewProps } from '../app/view-props.js'
import { WORDS } from './words.js'

export interface PlaceFieldsProps {
  words: Localizer
  first: Coordinates | null
  /** What stands in the fields; null: no place. */
  onPlace(place: Coordinates | null): void
  onTakePlace: ViewProps['onPickPosition']
}

/** About a metre; a click is not more exact. */
const DIGITS = 5
/** As the server takes it: Morocco with a margin. */
const LIMITS = { lat: [20.3, 36.4], lng: [-17.6, -0.5] } as const

export function PlaceFields({ words, first, onPlace, onTakePlace }: PlaceFieldsProps) {
  const t = words.translatorOf(WORDS)
  const [texts, setTexts] = useState({ lat: String(first?.lat ?? ''), lng: String(first?.lng ?? '') })
  const [said, setSaid] = useState('')
  const [asking, setAsking] = useState<AbortController | null>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => onPlace(placeOf(texts)), [texts])
  useEffect(() => () => onPlace(null), [])
  useEffect(() => () => asking?.abort(), [asking])
  const take = async () => {
    const abort = new AbortController()
    setAsking(abort)
    setSaid(t('picking'))
    const place = await onTakePlace(abort.signal)
    setAsking(null)
    if (place) {
      const taken = { lat: place.lat.toFixed(DIGITS), lng: place.lng.toFixed(DIGITS) }
      setTexts(taken)
      setSaid(t('placeTaken', { place: `\u2066${taken.lat}, ${taken.lng}\u2069` }))
    } else setSaid('')
    button.current?.focus()
  }
  return (
    <fieldset class="wide plan-place">
      <legend>{t('place')}</legend>
      {(['lat', 'lng'] as const).map((name) => (
        <label key={name}>
          {t(name)}
          <input
            name={name}
            type="number"
            step="any"
            min={LIMITS[name][0]}
            max={LIMITS[name][1]}
            required
            dir="ltr"
            value={texts[name]}
            onInput={({ currentTarget: { value } }) => setTexts({ ...texts, [name]: value })}
          />
        </label>
      ))}
      <p>
        <button
          ref={button}
          type="button"
          aria-pressed={asking !== null}
          onClick={() => (asking ? asking.abort() : void take())}
        >
          {t('pickPlace')}
        </button>{' '}
        <span role="status">{said}</span>
      </p>
    </fieldset>
  )
}

function placeOf({ lat, lng }: Record<keyof Coordinates, string>): Coordinates | null {
  const place = { lat: Number(lat), lng: Number(lng) }
  const isGiven = lat.trim() !== '' && lng.trim() !== ''
  return isGiven && Math.abs(place.lat) <= 90 && Math.abs(place.lng) <= 180 ? place : null
}
