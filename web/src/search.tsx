import { useEffect, useRef, useState } from 'preact/hooks'
import { type Area, api } from './api.js'
import { type Language, nameIn } from './language.js'

interface SearchProps {
  words: Language
  onChoose(area: Area): void
}

/** Typing pauses this long before the server is asked. */
const PAUSE_MS = 200

/** Finds an area by its French or Arabic name; a combobox in ARIA's sense. */
export function Search({ words, onChoose }: SearchProps) {
  const [text, setText] = useState('')
  const [found, setFound] = useState<Area[] | null>(null)
  const [active, setActive] = useState(0)
  const typed = useRef(0)

  useEffect(() => {
    const mine = ++typed.current
    if (text.trim().length < 2) return setFound(null)
    const timer = setTimeout(() => {
      const show = (areas: Area[]) => mine === typed.current && (setFound(areas), setActive(0))
      api.areas(text).then(show, () => show([]))
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])

  const choose = (area: Area | undefined) => {
    if (!area) return
    setText('')
    onChoose(area)
  }
  const onKey = (event: KeyboardEvent) => {
    const count = found?.length ?? 0
    if (event.key === 'Escape') setText('')
    else if (event.key === 'Enter') choose(found?.[active])
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
        aria-expanded={found !== null}
        aria-controls="found"
        aria-activedescendant={found?.length ? `found-${active}` : undefined}
        aria-label={words.t('search')}
        placeholder={words.t('search')}
        value={text}
        onInput={(e) => setText(e.currentTarget.value)}
        onKeyDown={onKey}
      />
      <ul id="found" role="listbox" aria-label={words.t('search')} class="card" hidden={found === null}>
        {found?.map((area, i) => (
          <li
            key={area.code}
            id={`found-${i}`}
            role="option"
            aria-selected={i === active}
            onMouseDown={(e) => (e.preventDefault(), choose(area))}
          >
            <bdi>{nameIn(words.lang, area)}</bdi> <small>{words.t(kindOf(area))}</small>
          </li>
        ))}
        {found?.length === 0 && (
          <li role="option" aria-selected={false} aria-disabled>
            {words.t('noMatch')}
          </li>
        )}
      </ul>
    </div>
  )
}

export const kindOf = ({ level, type }: Pick<Area, 'level' | 'type'>) =>
  type === 'prefecture' ? 'prefecture' : level
