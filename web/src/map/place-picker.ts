/** Lets a person point out a place: the next click on the map gives the place instead of selecting an item. */
import type L from 'leaflet'
import type { Coordinates } from './map-view.js'

export class PlacePicker {
  /** Resolves the pending `pick`; null if there is none. */
  private finish: ((place: Coordinates | null) => void) | null = null

  constructor(private readonly container: HTMLElement) {}

  /** Gives the place of a click, or of Enter at the cross, to the pending `pick`. False if none is pending. */
  take({ lat, lng }: L.LatLng): boolean {
    if (!this.finish) return false
    this.finish({ lat, lng })
    return true
  }

  /** Resolves to null if it is cancelled by Escape, by the signal, or by another call. */
  pick(signal: AbortSignal): Promise<Coordinates | null> {
    this.finish?.(null)
    return new Promise((resolve) => {
      const cancel = () => finish(null)
      const onKey = (event: KeyboardEvent) => {
        if (event.key !== 'Escape') return
        // This keeps Escape from closing the panel as well.
        event.preventDefault()
        cancel()
      }
      const finish = (place: Coordinates | null) => {
        if (this.finish === finish) this.finish = null
        this.container.classList.toggle('taking', this.finish !== null)
        document.removeEventListener('keydown', onKey, true)
        signal.removeEventListener('abort', cancel)
        resolve(place)
      }
      this.finish = finish
      this.container.classList.add('taking')
      document.addEventListener('keydown', onKey, true)
      signal.addEventListener('abort', cancel)
      this.container.focus()
    })
  }
}
