/** The programme's view beside the map: targets, how far the sites have come, and which devices fell silent. */
import { levelOfCode, SITE_TYPES } from '#domain/place'
import { platformsApi } from '../platforms/platforms-api.js'
import { queryValueOf, useQuery } from '../api/use-query.js'
import type { ViewProps } from '../app/view-props.js'
import { Choice } from '../form/field.js'
import { type Localizer, listText, percentText } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { Downloads } from '../links/downloads.js'
import { WORDS as PLACE_WORDS } from '../places/words.js'
import { BoardTable } from './board-table.js'
import { type Board, type BoardFilter, type Target, programmeApi } from './programme-api.js'
import './programme.css'
import { SilentSites } from './silent-sites.js'
import { WORDS } from './words.js'

type Group = NonNullable<BoardFilter['by']>

const GROUPS = ['region', 'province', 'commune', 'type'] as const satisfies Group[]

/** The areas inside the selected one, unless the address names other rows. */
function groupOf(name: string | undefined, area: string | null): Group {
  const chosen = GROUPS.find((group) => group === name)
  if (chosen) return chosen
  const level = area === null ? null : levelOfCode(area)
  if (level === null) return 'region'
  return level === 'region' ? 'province' : level === 'province' ? 'commune' : 'type'
}

export function Programme(props: ViewProps) {
  const { words, connection, area, viewState, onViewState, onArea } = props
  const t = words.translatorOf(WORDS)
  const by = groupOf(viewState['by'], area)
  const type = SITE_TYPES.find((one) => one === viewState['type'])
  const filter: BoardFilter = { by, ...(area !== null && { area }), ...(type && { type }) }
  const query = useQuery(connection, `programme ${JSON.stringify(filter)}`, (signal) =>
    programmeApi.board(filter, signal),
  )
  const board = queryValueOf(query)
  return (
    <div class="programme">
      <h2>{t('title')}</h2>
      <Choices {...{ words, by, type: type ?? '', viewState, onViewState }} />
      {!query && <p role="status">{words.t('loading')}</p>}
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {board && <Targets words={words} targets={board.targets} />}
      {board?.items.length === 0 && <p>{t('empty')}</p>}
      {board && board.items.length > 0 && (
        <>
          <h3>{t('caption')}</h3>
          <BoardTable {...{ words, board, onArea }} />
          <Hints {...props} board={board} />
          <SilentSites
            {...{ words, connection, viewState, onViewState, area }}
            type={type ?? null}
            board={board}
          />
        </>
      )}
      <Downloads
        path="api/v1/programme/sites"
        query={new URLSearchParams({ ...(area !== null && { area }), ...(type && { type }) }).toString()}
        texts={{ csv: t('csv'), xlsx: t('xlsx') }}
      />
    </div>
  )
}

type ChoicesProps = Pick<ViewProps, 'words' | 'viewState' | 'onViewState'> & { by: Group; type: string }

function Choices({ words, by, type, viewState, onViewState }: ChoicesProps) {
  const t = words.translatorOf(WORDS)
  const place = words.translatorOf(PLACE_WORDS)
  return (
    <div class="programme-bar">
      <Choice
        class="pick"
        label={t('rows')}
        value={by}
        options={GROUPS}
        textOf={(group) => t(`by_${group}`)}
        onChoose={(group) => onViewState({ ...viewState, by: group })}
      />
      <Choice
        class="pick"
        label={t('siteType')}
        value={SITE_TYPES.find((one) => one === type) ?? ''}
        options={SITE_TYPES}
        textOf={(one) => place(`type_${one}`)}
        none={t('allTypes')}
        onChoose={(one) => onViewState({ ...viewState, type: one })}
      />
    </div>
  )
}

function Targets({ words, targets }: { words: Localizer; targets: readonly Target[] }) {
  const t = words.translatorOf(WORDS)
  if (targets.length === 0) return null
  return (
    <>
      <h3>{t('targets')}</h3>
      <ul class="targets">
        {targets.map((target) => (
          <li key={target.id} data-target={target.id}>
            <bdi>{target.title[words.lang]}</bdi>: <strong>{targetText(words, target)}</strong>
            <progress max={target.sites} value={target.reached} aria-label={target.title[words.lang]} />
            <small>
              <bdi>{target.source}</bdi>
            </small>{' '}
            <span class="assumption">{t(`verification_${target.verification}`)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function targetText(words: Localizer, { reached, sites, year }: Target): string {
  const t = words.translatorOf(WORDS)
  const figures = {
    reached: words.number(reached),
    sites: words.number(sites),
    share: percentText(words, reached / sites, 1),
  }
  return year === null ? t('target', figures) : t('targetOfYear', { ...figures, year: String(year) })
}

function Hints({ words, connection, board }: ViewProps & { board: Board }) {
  const t = words.translatorOf(WORDS)
  const catalogue = queryValueOf(useQuery(connection, 'catalogue', platformsApi.current))
  const { requiredPlatforms, followUp } = board.settings
  const titleOf = (id: string) =>
    catalogue?.platforms.find((platform) => platform.id === id)?.title[words.lang] ?? id
  const contradictions = board.items.reduce((sum, { measuredNotInstalled }) => sum + measuredNotInstalled, 0)
  return (
    <>
      {contradictions > 0 && <p class="contradictions">{t('contradiction', { n: contradictions })}</p>}
      <p class="source">
        {t('hint', {
          live: words.number(followUp.liveDays),
          reporting: words.number(followUp.reportingDays),
          platforms: listText(words, requiredPlatforms.map(titleOf)),
        })}{' '}
        <bdi>{followUp.source}</bdi>
      </p>
    </>
  )
}
