/** Lets a person point out a place: the next click on the map is taken as the place instead of selecting what lies there. */
import type L from 'leaflet'
import type { Coordinates } from './map-view.js'

export class PlacePicker {
  /** Ends the wait of whoever waits for a place. */
  private finish: ((place: Coordinates | null) => void) | null = null

  constructor(private readonly container: HTMLElement) {}

  /** Takes a click, or Enter at the cross, as the place. False: nobody waits for one. */
  take({ lat, lng }: L.LatLng): boolean {
    if (!this.finish) return false
    this.finish({ lat, lng })
    return true
  }

  /** Resolves to null when it is cancelled by Escape, by the signal, or because somebody else asks for a place. */
  pick(signal: AbortSignal): Promise<Coordinates | null> {
    this.finish?.(null)
    return new Promise((resolve) => {
      const cancel = () => finish(null)
      const onKey = (event: KeyboardEvent) => {
        if (event.key !== 'Escape') return
        // So that it does not close the panel as well.
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
