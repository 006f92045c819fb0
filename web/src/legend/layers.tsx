/** Controls of the map's content: the theme of the cells, a second run beside it, and the overlays. */
import type { NetworkName, RuleInWords, Run } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { OVERLAYS, type Overlay } from '../map/overlay-names.js'
import type { Theme } from '../map/theme.js'
import { OverlaySign } from './swatch.js'

const THEME_KINDS = ['verdict', 'network', 'declared', 'difference', 'contradictions', 'inferred'] as const

interface LayersProps {
  words: Localizer
  /** Runs that the shown run can be compared with. */
  others: readonly Run[]
  rules: readonly RuleInWords[]
  /** Networks to choose from; null while they are loading. */
  networks: readonly NetworkName[] | null
  theme: Theme
  onTheme(theme: Theme): void
  /** The run on the left of a swipe. */
  swipe: number | null
  onSwipe(run: number | null): void
  overlays: readonly Overlay[]
  onOverlays(overlays: readonly Overlay[]): void
}

export function Layers(props: LayersProps) {
  const { words, others, theme, onTheme } = props
  return (
    <fieldset class="layers">
      <legend class="hidden">{words.t('layers')}</legend>
      <ThemeChoice {...props} />
      {(theme.kind === 'network' || theme.kind === 'declared') && <NetworkChoice {...props} theme={theme} />}
      {theme.kind === 'difference' && (
        <RunSelect
          {...props}
          label={words.t('comparedWith')}
          value={theme.from}
          onRun={(from) => onTheme({ kind: 'difference', from })}
        />
      )}
      {theme.kind === 'verdict' && others[0] && <SwipeChoice {...props} first={others[0].id} />}
      <OverlayChoice {...props} />
    </fieldset>
  )
}

function ThemeChoice({ words: { t }, others, theme, onTheme }: LayersProps) {
  const first = others[0]?.id ?? null
  const choose = (kind: Theme['kind']) => {
    if (kind === 'network' || kind === 'declared') onTheme({ kind, operator: '', technology: '' })
    else if (kind === 'difference') first !== null && onTheme({ kind, from: first })
    else onTheme({ kind })
  }
  return (
    <label class="pick">
      {t('shows')}
      <select value={theme.kind} onChange={(e) => choose(e.currentTarget.value as Theme['kind'])}>
        {THEME_KINDS.map((kind) => (
          <option key={kind} value={kind} disabled={kind === 'difference' && first === null}>
            {t(`shows_${kind}`)}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Controls of the swipe; `first` is the run that is taken when it is turned on. */
function SwipeChoice({ first, ...props }: LayersProps & { first: number }) {
  const { words, swipe, onSwipe } = props
  return (
    <>
      <label class="toggle">
        <input
          type="checkbox"
          checked={swipe !== null}
          onChange={(e) => onSwipe(e.currentTarget.checked ? first : null)}
        />
        {words.t('swipe')}
      </label>
      {swipe !== null && <RunSelect {...props} label={words.t('swipeWith')} value={swipe} onRun={onSwipe} />}
    </>
  )
}

function OverlayChoice({ words, overlays, onOverlays }: LayersProps) {
  const toggle = (name: Overlay, isOn: boolean) =>
    onOverlays(OVERLAYS.filter((other) => (other === name ? isOn : overlays.includes(other))))
  return (
    <div class="overlays">
      {OVERLAYS.map((name) => (
        <label key={name} class="toggle">
          <input
            type="checkbox"
            checked={overlays.includes(name)}
            onChange={(e) => toggle(name, e.currentTarget.checked)}
          />
          <OverlaySign of={name} />
          {words.t(`overlay_${name}`)}
        </label>
      ))}
    </div>
  )
}

type NetworkChoiceProps = LayersProps & { theme: Extract<Theme, { operator: string }> }

function NetworkChoice(props: NetworkChoiceProps) {
  const { words, networks, theme } = props
  return (
    <>
      <NetworkSelect {...props} name="operator" labelOf={(id) => operatorName(words, id)} />
      <NetworkSelect {...props} name="technology" labelOf={(id) => technologyName(words, id)} />
      {networks?.length === 0 && <p class="hint">{words.t(`none_${theme.kind}`)}</p>}
    </>
  )
}

type NetworkSelectProps = NetworkChoiceProps & {
  name: 'operator' | 'technology'
  labelOf(id: string): string
}

function NetworkSelect({ words: { t }, networks, theme, onTheme, name, labelOf }: NetworkSelectProps) {
  const ids = [...new Set(networks?.map((network) => network[name]))].filter((id) => id !== null)
  return (
    <label class="pick">
      {t(name)}
      <select value={theme[name]} onChange={(e) => onTheme({ ...theme, [name]: e.currentTarget.value })}>
        <option value="">{t('any')}</option>
        {ids.map((id) => (
          <option key={id} value={id}>
            {labelOf(id)}
          </option>
        ))}
      </select>
    </label>
  )
}

interface RunSelectProps extends LayersProps {
  label: string
  value: number
  onRun(id: number): void
}

function RunSelect({ words: { t, date, lang }, others, rules, label, value, onRun }: RunSelectProps) {
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
