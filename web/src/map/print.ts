/**
 * Printing does not wait for tiles: the style sheet scales the map on the screen to the paper, and needs the map's size
 * for it.
 */
export function trackPrintSize(map: HTMLElement): void {
  addEventListener('beforeprint', () => {
    const { style } = map.parentElement!
    style.setProperty('--wide', String(map.clientWidth))
    style.setProperty('--high', String(map.clientHeight))
  })
}
