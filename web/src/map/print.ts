/**
 * A printer waits for no tile: what stands on the screen is printed, scaled to the paper by the style sheet, which needs
 * to know how large it is.
 */
export function trackPrintSize(map: HTMLElement): void {
  addEventListener('beforeprint', () => {
    const { style } = map.parentElement!
    style.setProperty('--wide', String(map.clientWidth))
    style.setProperty('--high', String(map.clientHeight))
  })
}
