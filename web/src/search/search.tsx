import { useEffect, useState } from 'preact/hooks'
import { useQuery, queryValueOf } from '../api/use-query.js'
import { type Area, api } from '../api/api.js'
import type { Connection } from '../api/connection.js'
import { type Localizer, localizedName } from '../language/language.js'
import { problemText } from '../language/problem.js'

interface SearchProps {
  words: Localizer
  connection: Connection
  onChoose(area: Area): void
}

/** Typing pauses this long before the server is asked. */
const DEBOUNCE_MS = 200
/** One letter is in nearly every name. */
const MIN_SEARCH_LETTERS = 2

/** Finds an area by its French or Arabic name; a combobox in ARIA's sense. */
export function Search({ words, connection, onChoose }: SearchProps) {
  const [text, setText] = useState('')
  const asked = useDebounced(text.trim())
  const [active, setActive] = useState(0)
  const [open, setOpen] = useState(false)
  const q = asked.length < MIN_SEARCH_LETTERS ? null : asked
  const answer = useQuery(connection, q, (signal) => api.areas(q!, signal))
  const found = queryValueOf(answer)
  const shown = open && answer !== null
  useEffect(() => setActive(0), [q])
  useEffect(() => document.getElementById(`found-${active}`)?.scrollIntoView({ block: 'nearest' }), [active])

  const choose = (area: Area | undefined) => {
    if (!area) return
    setText('')
    setOpen(false)
    onChoose(area)
  }
  const onKey = (event: KeyboardEvent) => {
    const count = shown ? (found?.length ?? 0) : 0
    if (event.key === 'Escape' && (text || shown)) setText('')
    else if (event.key === 'Enter' && shown) choose(found?.[active])
    else if (event.key === 'ArrowDown' && count) setActive((active + 1) % count)
    else if (event.key === 'ArrowUp' && count) setActive((active + count - 1) % count)
    else return
    event.preventDefault()
  }
  return (
    <div class="search">
      <input
        type="text"
        role="combobox"
        dir="auto"
        aria-expanded={shown}
        aria-autocomplete="list"
        autocomplete="off"
        spellcheck={false}
        aria-controls="found"
        aria-activedescendant={shown && found?.length ? `found-${active}` : undefined}
        aria-label={words.t('search')}
        placeholder={words.t('search')}
        value={text}
        onInput={(e) => (setText(e.currentTarget.value), setOpen(true))}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKey}
      />
      <ul id="found" role="listbox" aria-label={words.t('search')} class="card" hidden={!shown}>
        {found?.map((area, i) => (
          <li
            key={area.code}
            id={`found-${i}`}
            role="option"
            aria-selected={i === active}
            onMouseDown={(e) => (e.preventDefault(), choose(area))}
          >
            <bdi>{localizedName(words.lang, area)}</bdi> <small>{words.t(areaKindOf(area))}</small>
            <bdi class="other">{localizedName(words.lang === 'ar' ? 'fr' : 'ar', area)}</bdi>
          </li>
        ))}
        {shown && !found?.length && (
          <li role="option" aria-selected={false} aria-disabled>
            {'refused' in answer ? problemText(words, answer.refused) : words.t('noMatch')}
          </li>
        )}
      </ul>
      <p class="hidden" role="status">
        {shown && found ? words.t('matches', { n: found.length }) : ''}
      </p>
    </div>
  )
}

/** The value once it has stood still for a while. */
function useDebounced(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), value ? DEBOUNCE_MS : 0)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

export const areaKindOf = ({ level, type }: Pick<Area, 'level' | 'type'>) =>
  type === 'prefecture' ? 'prefecture' : level
