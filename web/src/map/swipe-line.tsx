import type { Run } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'

interface SwipeLineProps {
  words: Localizer
  left: Run
  right: Run
  /** Position of the line as a share of the map's width from its left. */
  share: number
  onShare(share: number): void
}

/** The line between two runs, moved by dragging its knob or by the arrow keys. */
export function SwipeLine({ words: { t, date }, left, right, share, onShare }: SwipeLineProps) {
  const caption = ({ id, rule, to }: Run) => t('runOfRule', { rule, to: date(to), id: String(id) })
  return (
    <div class="swipe" dir="ltr">
      <span class="line" style={{ left: `${share * 100}%` }} />
      <span class="caption card left">{caption(left)}</span>
      <span class="caption card right">{caption(right)}</span>
      <input
        type="range"
        min="0"
        max="100"
        value={share * 100}
        aria-label={t('swipeLine')}
        onInput={(e) => onShare(Number(e.currentTarget.value) / 100)}
      />
    </div>
  )
}
