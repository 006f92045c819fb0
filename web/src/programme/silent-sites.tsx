/** The follow-up list: sites whose devices fell silent. */
import { DEVICE_STATES, type DeviceState } from '#domain/programme'
import { useEffect, useState } from 'preact/hooks'
import { queryValueOf, useQuery } from '../api/use-query.js'
import type { ViewProps } from '../app/view-props.js'
import { Choice } from '../form/field.js'
import { type Localizer, localizedPlaceName } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { type Board, type ProgrammeSite, type SiteFilter, programmeApi } from './programme-api.js'
import { WORDS } from './words.js'

const PAGE_SIZE = 50

type SilentSitesProps = Pick<ViewProps, 'words' | 'connection' | 'viewState' | 'onViewState' | 'area'> & {
  type: NonNullable<SiteFilter['type']> | null
  board: Board
}

export function SilentSites(props: SilentSitesProps) {
  const { words, viewState, onViewState, board } = props
  const t = words.translatorOf(WORDS)
  const device = DEVICE_STATES.find((state) => state === viewState['device']) ?? 'dropped'
  const { liveDays, droppedDays } = board.settings.followUp
  return (
    <>
      <h3>{t('followUp')}</h3>
      <p class="source">
        {t('followUpHint', { live: words.number(liveDays), dropped: words.number(droppedDays) })}
      </p>
      <Choice
        class="pick"
        label={t('state')}
        value={device}
        options={DEVICE_STATES}
        textOf={(state) => `${t(`device_${state}`)} (${words.number(countOf(board, state))})`}
        onChoose={(state) => onViewState({ ...viewState, device: state })}
      />
      <Sites key={`${props.area} ${props.type} ${device}`} {...props} device={device} />
    </>
  )
}

const countOf = ({ items }: Board, state: DeviceState): number =>
  items.reduce((sum, { devices }) => sum + devices[state], 0)

function Sites({ words, connection, area, type, device }: SilentSitesProps & { device: DeviceState }) {
  const t = words.translatorOf(WORDS)
  const [cursor, setCursor] = useState<string | null>(null)
  const [sites, setSites] = useState<readonly ProgrammeSite[]>([])
  const filter: SiteFilter = {
    device,
    limit: PAGE_SIZE,
    ...(area !== null && { area }),
    ...(type !== null && { type }),
    ...(cursor !== null && { cursor }),
  }
  const page = queryValueOf(
    useQuery(connection, `programme sites ${JSON.stringify(filter)}`, (signal) =>
      programmeApi.sites(filter, signal),
    ),
  )
  useEffect(() => {
    if (page) setSites((before) => [...before, ...page.items])
  }, [page])
  if (!page && sites.length === 0) return <p role="status">{words.t('loading')}</p>
  if (page?.items.length === 0 && sites.length === 0) return <p>{t('noneSilent')}</p>
  return (
    <>
      <DataTable
        caption={t('followUp')}
        isCaptionHidden
        class="programme-sites"
        head={<HeadRow names={['site', 'line', 'measuredOn']} t={t} />}
      >
        {sites.map((site) => (
          <SiteRow key={site.code} words={words} site={site} />
        ))}
      </DataTable>
      {page?.next && <button onClick={() => setCursor(page.next)}>{t('more')}</button>}
    </>
  )
}

function SiteRow({ words, site }: { words: Localizer; site: ProgrammeSite }) {
  const t = words.translatorOf(WORDS)
  const { code, name, nameAr, line, measuredOn } = site
  return (
    <tr data-site={code}>
      <th scope="row">
        <bdi>{localizedPlaceName(words, name, nameAr)}</bdi> <small>{code}</small>
      </th>
      <td>
        {line === null ? (
          t('noLine')
        ) : (
          <>
            <bdi>{operatorName(words, line.operator)}</bdi>{' '}
            <bdi>{technologyName(words, line.technology)}</bdi>
          </>
        )}
      </td>
      <td>{measuredOn === null ? t('never') : words.date(measuredOn)}</td>
    </tr>
  )
}
