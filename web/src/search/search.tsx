/** Search for an area by its French or Arabic name; a combobox as ARIA defines it. */
import { useEffect, useState } from 'preact/hooks'
import { api } from '../api/api.js'
import type { Connection } from '../api/connection.js'
import type { Area } from '../api/schemas.js'
import { queryValueOf, useQuery } from '../api/use-query.js'
import { useDebounced } from '../form/use-debounced.js'
import { areaKindOf } from '../language/area-names.js'
import { type Localizer, localizedName } from '../language/language.js'
import { problemText } from '../language/problem.js'
import './search.css'

interface SearchProps {
  words: Localizer
  connection: Connection
  onChoose(area: Area): void
}

/** Pause in typing before a request is sent. */
const DEBOUNCE_MS = 200
/** A single letter would match nearly every name. */
const MIN_SEARCH_LETTERS = 2

export function Search({ words, connection, onChoose }: SearchProps) {
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const typed = text.trim()
  const searchText = useDebounced(typed, typed ? DEBOUNCE_MS : 0)
  const q = searchText.length < MIN_SEARCH_LETTERS ? null : searchText
  const query = useQuery(connection, q, (signal) => api.areas(q!, signal))
  const areas = queryValueOf(query) ?? []
  const isListShown = isOpen && query !== null
  useEffect(() => setActive(0), [q])
  useEffect(() => document.getElementById(`found-${active}`)?.scrollIntoView({ block: 'nearest' }), [active])

  const choose = (area: Area | undefined) => {
    if (!area) return
    setText('')
    setOpen(false)
    onChoose(area)
  }
  const onKey = (event: KeyboardEvent) => {
    const count = isListShown ? areas.length : 0
    if (event.key === 'Escape' && (text || isListShown)) setText('')
    else if (event.key === 'Enter' && isListShown) choose(areas[active])
    else if (event.key === 'ArrowDown' && count) setActive((active + 1) % count)
    else if (event.key === 'ArrowUp' && count) setActive((active + count - 1) % count)
    else return
    event.preventDefault()
  }
  const notice = query && 'refused' in query ? problemText(words, query.refused) : words.t('noMatch')
  return (
    <div class="search">
      <input
        type="text"
        role="combobox"
        dir="auto"
        aria-expanded={isListShown}
        aria-autocomplete="list"
        autocomplete="off"
        spellcheck={false}
        aria-controls="found"
        aria-activedescendant={isListShown && areas.length > 0 ? `found-${active}` : undefined}
        aria-label={words.t('search')}
        placeholder={words.t('search')}
        value={text}
        onInput={(event) => (setText(event.currentTarget.value), setOpen(true))}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKey}
      />
      <ResultList {...{ words, areas, active, notice }} isShown={isListShown} onChoose={choose} />
      <p class="hidden" role="status">
        {isListShown && queryValueOf(query) ? words.t('matches', { n: areas.length }) : ''}
      </p>
    </div>
  )
}

interface ResultListProps extends Pick<SearchProps, 'words' | 'onChoose'> {
  areas: readonly Area[]
  /** Index of the option that Enter chooses. */
  active: number
  /** Text that replaces the list if no area was found. */
  notice: string
  isShown: boolean
}

function ResultList({ words, areas, active, notice, isShown, onChoose }: ResultListProps) {
  const otherLang = words.lang === 'ar' ? 'fr' : 'ar'
  return (
    <ul id="found" role="listbox" aria-label={words.t('search')} class="card" hidden={!isShown}>
      {areas.map((area, i) => (
        <li
          key={area.code}
          id={`found-${i}`}
          role="option"
          aria-selected={i === active}
          onMouseDown={(event) => (event.preventDefault(), onChoose(area))}
        >
          <bdi>{localizedName(words.lang, area)}</bdi> <small>{words.t(areaKindOf(area))}</small>
          <bdi class="other">{localizedName(otherLang, area)}</bdi>
        </li>
      ))}
      {isShown && areas.length === 0 && (
        <li role="option" aria-selected={false} aria-disabled>
          {notice}
        </li>
      )}
    </ul>
  )
}
