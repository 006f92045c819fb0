import type { Localizer } from '../language/language.js'

interface Props {
  words: Localizer
  rule: string
  /** Code of an area; null for the country. */
  area: string | null
}

/** Link to the feed of the events of zones and of the plan. */
export function FeedLink({ words: { lang, t }, rule, area }: Props) {
  const query = new URLSearchParams({ lang, rule, ...(area && { area }) }).toString()
  return (
    <a href={`api/v1/events/feed.json?${query}`} type="application/feed+json" title={t('feedHint')}>
      {t(area ? 'feedOfArea' : 'feed')}
    </a>
  )
}
