import type { ComponentChildren } from 'preact'
import type { AreaDetail, Run } from '../api/schemas.js'
import { areaKindOf } from '../language/area-names.js'
import { type Localizer, localizedName } from '../language/language.js'
import { FeedLink } from '../links/feed-link.js'
import { ReportLink } from '../links/report-link.js'
import { AreaPath } from './area-path.js'
import { CountList } from './counts.js'

interface AreaPanelProps {
  words: Localizer
  area: AreaDetail
  run: Run | null
  /** Parts from other folders. */
  children?: ComponentChildren
}

export function AreaPanel({ words, area, run, children }: AreaPanelProps) {
  const { t, number, date } = words
  return (
    <>
      <h2 data-area={area.code}>
        <bdi>{localizedName(words.lang, area)}</bdi> <small>{t(areaKindOf(area))}</small>
      </h2>
      <AreaPath words={words} areas={area.parents} />
      {area.population !== null && <p>{t('population', { n: number(area.population) })}</p>}
      {area.counts && (
        <>
          <h3>{t('cellsByClass')}</h3>
          <CountList words={words} counts={area.counts} partial={area.partial} />
        </>
      )}
      {run && <ReportLink {...{ words, run }} code={area.code} />}
      {run && (
        <p class="feed">
          <FeedLink words={words} rule={run.rule} area={area.code} />
        </p>
      )}
      {children}
      <p class="source">{t('areaColour')}</p>
      {run && <p class="source">{t('windowOf', { from: date(run.from), to: date(run.to) })}</p>}
      <p class="source" dir="auto">
        {area.code} · {area.source === 'simulated' ? t('areaSimulated') : area.source}
      </p>
    </>
  )
}
