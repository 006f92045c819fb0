import { useEffect, useState } from 'preact/hooks'

export interface Position {
  lat: number
  lng: number
  /** Radius in metres. */
  accuracyM: number
}

/** The device's position, watched while the page is open; null if it is unknown or the user did not allow it. */
export function usePosition(): Position | null {
  const [position, setPosition] = useState<Position | null>(null)
  useEffect(() => {
    if (!('geolocation' in navigator)) return undefined
    const watch = navigator.geolocation.watchPosition(
      ({ coords }) =>
        setPosition({ lat: coords.latitude, lng: coords.longitude, accuracyM: coords.accuracy }),
      () => setPosition(null),
      { enableHighAccuracy: true, maximumAge: 60_000 },
    )
    return () => navigator.geolocation.clearWatch(watch)
  }, [])
  return position
}
