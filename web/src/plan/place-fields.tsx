/** Fields for an item's coordinates; pointing out a place on the map fills them in. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ViewProps } from '../app/view-props.js'
import { Field } from '../form/field.js'
import { type Localizer, ltrIsolated } from '../language/language.js'
import type { Coordinates } from '../map/map-view.js'
import { WORDS } from './words.js'

export interface PlaceFieldsProps {
  words: Localizer
  first: Coordinates | null
  /** Reports the place in the fields; null if they hold none. */
  onPlace(place: Coordinates | null): void
  onPickPlace: ViewProps['onPickPosition']
}

type PlaceTexts = Record<keyof Coordinates, string>

/** Five decimals are about a metre; a click is not more exact. */
const DIGITS = 5
/** Limits of the server: Morocco with a margin. */
const LIMITS = { lat: [20.3, 36.4], lng: [-17.6, -0.5] } as const

export function PlaceFields({ words, first, onPlace, onPickPlace }: PlaceFieldsProps) {
  const t = words.translatorOf(WORDS)
  const [texts, setTexts] = useState({ lat: String(first?.lat ?? ''), lng: String(first?.lng ?? '') })
  useEffect(() => onPlace(placeOf(texts)), [texts])
  useEffect(() => () => onPlace(null), [])
  return (
    <fieldset class="wide plan-place">
      <legend>{t('place')}</legend>
      {(['lat', 'lng'] as const).map((name) => (
        <Field
          key={name}
          {...{ label: t(name), name, type: 'number', step: 'any', required: true, dir: 'ltr' }}
          {...{ min: LIMITS[name][0], max: LIMITS[name][1], value: texts[name] }}
          onInput={({ currentTarget: { value } }) => setTexts({ ...texts, [name]: value })}
        />
      ))}
      <PickButton {...{ words, onPickPlace }} onPick={setTexts} />
    </fieldset>
  )
}

interface PickButtonProps extends Pick<PlaceFieldsProps, 'words' | 'onPickPlace'> {
  onPick(texts: PlaceTexts): void
}

function PickButton({ words, onPickPlace, onPick }: PickButtonProps) {
  const t = words.translatorOf(WORDS)
  const [statusText, setStatusText] = useState('')
  const [picking, setPicking] = useState<AbortController | null>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => () => picking?.abort(), [picking])
  const pick = async () => {
    const abort = new AbortController()
    setPicking(abort)
    setStatusText(t('picking'))
    const place = await onPickPlace(abort.signal)
    setPicking(null)
    const texts = place && { lat: place.lat.toFixed(DIGITS), lng: place.lng.toFixed(DIGITS) }
    if (texts) onPick(texts)
    setStatusText(texts ? t('placeTaken', { place: ltrIsolated(`${texts.lat}, ${texts.lng}`) }) : '')
    button.current?.focus()
  }
  return (
    <p>
      <button
        ref={button}
        type="button"
        aria-pressed={picking !== null}
        onClick={() => (picking ? picking.abort() : void pick())}
      >
        {t('pickPlace')}
      </button>{' '}
      <span role="status">{statusText}</span>
    </p>
  )
}

function placeOf({ lat, lng }: PlaceTexts): Coordinates | null {
  const place = { lat: Number(lat), lng: Number(lng) }
  const isGiven = lat.trim() !== '' && lng.trim() !== ''
  return isGiven && Math.abs(place.lat) <= 90 && Math.abs(place.lng) <= 180 ? place : null
}
