/** What the map shows: one theme for the cells, a second run beside it, and what lies on top. */
import type { Network, RuleInWords, Run } from '../api/api.js'
import type { Localizer } from '../language/language.js'
import { OVERLAYS, type Overlay } from '../map/overlays.js'
import { type Theme, VERDICT } from '../map/theme.js'
import { operatorName, technologyName } from '../language/network-names.js'

const THEME_KINDS = ['verdict', 'network', 'declared', 'difference', 'contradictions', 'inferred'] as const

interface LayersProps {
  words: Localizer
  run: Run
  /** Those that it can be compared with. */
  others: readonly Run[]
  rules: readonly RuleInWords[]
  /** Null: on their way. */
  networks: readonly Pick<Network, 'operator' | 'technology'>[] | null
  theme: Theme
  onTheme(theme: Theme): void
  swipe: number | null
  onSwipe(run: number | null): void
  overlays: readonly Overlay[]
  onOverlays(shown: readonly Overlay[]): void
}

export function Layers(props: LayersProps) {
  const { words, others, theme, onTheme, swipe, onSwipe, overlays, onOverlays } = props
  const { t } = words
  const first = others[0]?.id ?? null
  const begin = (kind: Theme['kind']) => {
    if (kind === 'network' || kind === 'declared') onTheme({ kind, operator: '', technology: '' })
    else if (kind === 'difference') first !== null && onTheme({ kind, from: first })
    else onTheme({ kind })
  }
  return (
    <fieldset class="layers">
      <legend class="hidden">{t('layers')}</legend>
      <label class="pick">
        {t('shows')}
        <select value={theme.kind} onChange={(e) => begin(e.currentTarget.value as Theme['kind'])}>
          {THEME_KINDS.map((kind) => (
            <option key={kind} value={kind} disabled={kind === 'difference' && first === null}>
              {t(`shows_${kind}`)}
            </option>
          ))}
        </select>
      </label>
      {(theme.kind === 'network' || theme.kind === 'declared') && <NetworkPick {...props} theme={theme} />}
      {theme.kind === 'difference' && (
        <RunPick
          {...props}
          label={t('comparedWith')}
          value={theme.from}
          onRun={(from) => onTheme({ kind: 'difference', from })}
        />
      )}
      {theme.kind === 'verdict' && first !== null && (
        <label class="toggle">
          <input
            type="checkbox"
            checked={swipe !== null}
            onChange={(e) => onSwipe(e.currentTarget.checked ? first : null)}
          />
          {t('swipe')}
        </label>
      )}
      {theme.kind === VERDICT.kind && swipe !== null && (
        <RunPick {...props} label={t('swipeWith')} value={swipe} onRun={onSwipe} />
      )}
      <div class="overlays">
        {OVERLAYS.map((name) => (
          <label key={name} class="toggle">
            <input
              type="checkbox"
              checked={overlays.includes(name)}
              onChange={(e) =>
                onOverlays(
                  OVERLAYS.filter((o) => (o === name ? e.currentTarget.checked : overlays.includes(o))),
                )
              }
            />
            <OverlaySign of={name} />
            {t(`overlay_${name}`)}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function NetworkPick({
  words,
  networks,
  theme,
  onTheme,
}: LayersProps & { theme: Extract<Theme, { operator: string }> }) {
  const { t } = words
  const named = (name: 'operator' | 'technology') =>
    [...new Set(networks?.map((network) => network[name]))].filter((value) => value !== null)
  const pick = (name: 'operator' | 'technology', labelOf: (value: string) => string) => (
    <label class="pick">
      {t(name)}
      <select value={theme[name]} onChange={(e) => onTheme({ ...theme, [name]: e.currentTarget.value })}>
        <option value="">{t('any')}</option>
        {named(name).map((value) => (
          <option key={value} value={value}>
            {labelOf(value)}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <>
      {pick('operator', (value) => operatorName(words, value))}
      {pick('technology', (value) => technologyName(words, value))}
      {networks?.length === 0 && <p class="hint">{t(`none_${theme.kind}`)}</p>}
    </>
  )
}

interface RunPickProps extends LayersProps {
  label: string
  value: number
  onRun(id: number): void
}

function RunPick({ words: { t, date, lang }, others, rules, label, value, onRun }: RunPickProps) {
  const titleOf = (id: string) => rules.find((rule) => rule.id === id)?.title[lang] ?? id
  return (
    <label class="pick">
      {label}
      <select value={value} onChange={(e) => onRun(Number(e.currentTarget.value))}>
        {others.map(({ id, rule, to }) => (
          <option key={id} value={id}>
            {t('runOfRule', { rule: titleOf(rule), to: date(to), id: String(id) })}
          </option>
        ))}
      </select>
    </label>
  )
}

/** As the map draws it. */
function OverlaySign({ of }: { of: Overlay }) {
  return (
    <svg class="sign" viewBox="0 0 16 16" aria-hidden="true">
      {of === 'zones' && <path d="M3 3h7l3 5-4 5H4L2 8z" fill="none" stroke="#c1121f" stroke-width="2.4" />}
      {of === 'localities' && (
        <circle cx="8" cy="8" r="4.5" fill="#fff" stroke="#c1121f" stroke-width="1.8" />
      )}
      {of === 'plan' && <path d="M8 2l6 6-6 6-6-6z" fill="#00614a" stroke="#fff" />}
      {of === 'sites' && <rect x="4" y="4" width="8" height="8" fill="#7c3aed" stroke="#fff" />}
    </svg>
  )
}

interface SwipeLineProps {
  words: Localizer
  /** Dates of the left and of the right. */
  left: Run
  right: Run
  share: number
  onShare(share: number): void
}

/** The line that is moved: by pointer on the map, by arrows on the slider. */
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
