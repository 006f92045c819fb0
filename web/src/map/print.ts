/**
 * Printing does not wait for tiles: what is on the screen is printed, and the style sheet scales it to the paper. It
 * needs to know how large the map is.
 */
export function trackPrintSize(map: HTMLElement): void {
  addEventListener('beforeprint', () => {
    const { style } = map.parentElement!
    style.setProperty('--wide', String(map.clientWidth))
    style.setProperty('--high', String(map.clientHeight))
  })
}
