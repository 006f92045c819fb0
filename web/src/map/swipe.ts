/** Two layers side by side: one to the left of a line that is moved over the map, the other to its right. */
import L from 'leaflet'

export class Swipe {
  /** Where the line stands, as a share of the map's width from its left. */
  private share: number | null = null

  constructor(
    private readonly map: L.Map,
    private readonly left: L.GridLayer,
    private readonly right: L.GridLayer,
  ) {
    map.on('move resize zoomend', () => this.clip())
  }

  /** Null shows the right layer alone, over all of the map. */
  setShare(share: number | null): void {
    this.share = share
    this.clip()
  }

  private clip(): void {
    const size = this.map.getSize()
    const from = this.map.containerPointToLayerPoint([0, 0])
    const to = this.map.containerPointToLayerPoint(size)
    const line = from.x + size.x * (this.share ?? 0)
    const clipBetween = (west: number, east: number) =>
      this.share === null
        ? ''
        : `polygon(${west}px ${from.y}px, ${east}px ${from.y}px, ${east}px ${to.y}px, ${west}px ${to.y}px)`
    const [left, right] = [this.left.getContainer(), this.right.getContainer()]
    if (left) left.style.clipPath = clipBetween(from.x, line)
    if (right) right.style.clipPath = clipBetween(line, to.x)
  }
}
