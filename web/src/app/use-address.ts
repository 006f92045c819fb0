/** Keeps the page's address and its state in step; the language is also stored for the next visit. */
import { useEffect } from 'preact/hooks'
import type { Lang } from '../language/language.js'
import { type PageAddress, addressTextOf, readAddress } from './page-address.js'

const LANG_STORAGE_KEY = 'taghtiya.lang'

export const currentAddress = (): PageAddress =>
  readAddress(location.search, [storedLanguage(), navigator.language.slice(0, 2)])

export function useAddress(address: PageAddress): void {
  const text = addressTextOf(address)
  useEffect(() => history.replaceState(null, '', text), [text])
  useEffect(() => storeLanguage(address.lang), [address.lang])
}

/** The stored language. Reading the storage throws in a browser that allows none to the page. */
function storedLanguage(): string | null {
  try {
    return localStorage.getItem(LANG_STORAGE_KEY)
  } catch {
    return null
  }
}

function storeLanguage(lang: Lang): void {
  try {
    localStorage.setItem(LANG_STORAGE_KEY, lang)
  } catch {
    // Without storage only the address keeps the language.
  }
}
