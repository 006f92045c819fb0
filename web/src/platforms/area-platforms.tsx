/** Counts of an area's sites by the platforms that they carry. */
import { SITE_TYPES } from '#domain/place'
import { useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { useQuery } from '../api/use-query.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { Downloads } from '../links/downloads.js'
import { WORDS as PLACE_WORDS } from '../places/words.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { Needs } from './needs.js'
import { type PlatformBoard, type SiteType, platformsApi } from './platforms-api.js'
import './platforms.css'
import { WORDS } from './words.js'

interface SectionProps {
  words: Localizer
  connection: Connection
  /** HCP code of the area. */
  area: string
}

export function AreaPlatformsSection({ words, connection, area }: SectionProps) {
  const t = words.translatorOf(WORDS)
  const [isOpen, setOpen] = useState(false)
  return (
    <details class="platforms" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('board')}</summary>
      {isOpen && <Board {...{ words, connection, area }} />}
    </details>
  )
}

function Board({ words, connection, area }: SectionProps) {
  const t = words.translatorOf(WORDS)
  const [type, setType] = useState<SiteType | null>(null)
  const query = useQuery(connection, `platforms in ${area} ${type}`, (signal) =>
    platformsApi.ofArea(area, type, signal),
  )
  return (
    <>
      <TypeChoice {...{ words, type }} onType={setType} />
      {!query && <p role="status">{words.t('loading')}</p>}
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {query && 'value' in query && <Counts words={words} board={query.value} />}
      <Downloads
        path={`api/v1/areas/${area}/platforms`}
        query={type === null ? undefined : `type=${type}`}
        texts={{ csv: t('csv'), xlsx: t('xlsx') }}
      />
    </>
  )
}

interface TypeChoiceProps {
  words: Localizer
  type: SiteType | null
  onType(type: SiteType | null): void
}

function TypeChoice({ words, type, onType }: TypeChoiceProps) {
  const t = words.translatorOf(WORDS)
  const place = words.translatorOf(PLACE_WORDS)
  return (
    <label>
      {t('siteType')}{' '}
      <select
        value={type ?? ''}
        onChange={(event) => onType((event.currentTarget.value || null) as SiteType | null)}
      >
        <option value="">{t('allTypes')}</option>
        {SITE_TYPES.map((one) => (
          <option key={one} value={one}>
            {place(`type_${one}`)}
          </option>
        ))}
      </select>
    </label>
  )
}

function Counts({ words, board }: { words: Localizer; board: PlatformBoard }) {
  const t = words.translatorOf(WORDS)
  const { number } = words
  const { sites, measured, computedAt, items, catalogue } = board
  if (sites === 0) return <p>{t('noSites')}</p>
  return (
    <>
      <p>{t('boardOf', { n: sites, measured: number(measured) })}</p>
      <DataTable
        caption={t('board')}
        isCaptionHidden
        head={<HeadRow names={['platform', 'carries', 'offPeak', 'fails', 'unknown']} t={t} />}
      >
        {items.map(({ platform, carries, offPeak, fails, unknown }, i) => (
          <tr key={platform} data-platform={platform}>
            <th scope="row">
              <bdi>{catalogue.platforms[i]!.title[words.lang]}</bdi>
            </th>
            {[carries, offPeak, fails, unknown].map((count, column) => (
              <td key={column}>{number(count)}</td>
            ))}
          </tr>
        ))}
      </DataTable>
      <p class="source">
        {computedAt === null ? t('notComputed') : t('computed', { time: words.dateTime(computedAt) })}
      </p>
      <Needs {...{ words, catalogue }} />
    </>
  )
}
