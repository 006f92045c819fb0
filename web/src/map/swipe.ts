/** Two layers side by side: one on the left of a movable line, the other on its right. */
import L from 'leaflet'

export class Swipe {
  /** Position of the line as a share of the map's width from its left; null without a swipe. */
  private share: number | null = null

  constructor(
    private readonly map: L.Map,
    private readonly left: L.GridLayer,
    private readonly right: L.GridLayer,
  ) {
    map.on('move resize zoomend', () => this.clip())
  }

  /** Moves the line; null shows the right layer alone on the whole map. */
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
