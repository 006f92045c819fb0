import type { Localizer } from '../language/language.js'

interface Props {
  words: Localizer
  rule: string
  /** Null: the country. */
  area: string | null
}

/** What happens to zones and to the plan, for a reader of feeds. */
export function FeedLink({ words: { lang, t }, rule, area }: Props) {
  const query = new URLSearchParams({ lang, rule, ...(area && { area }) }).toString()
  return (
    <a href={`/api/v1/events/feed.json?${query}`} type="application/feed+json" title={t('feedHint')}>
      {t(area ? 'feedOfArea' : 'feed')}
    </a>
  )
}
