/** The table of the programme: one row for each area or type of site, and all of them together. */
import { type FollowUpLevel, followUpLevelOf } from '#domain/programme'
import type { ViewProps } from '../app/view-props.js'
import { type Localizer, localizedName, percentText } from '../language/language.js'
import { WORDS as PLACE_WORDS } from '../places/words.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import type { Board, BoardRow } from './programme-api.js'
import { WORDS } from './words.js'

const STEPS = ['listed', 'surveyed', 'contracted', 'installed', 'measured'] as const
const COLUMNS = ['group', ...STEPS, 'contract', 'carries', 'live', 'silent', 'level'] as const

interface BoardTableProps {
  words: Localizer
  board: Board
  onArea: ViewProps['onArea']
}

export function BoardTable({ words, board, onArea }: BoardTableProps) {
  const t = words.translatorOf(WORDS)
  return (
    <DataTable
      caption={t('caption')}
      isCaptionHidden
      class="programme-board"
      head={<HeadRow names={COLUMNS} t={t} />}
    >
      {board.items.map((row) => (
        <tr key={row.key} data-key={row.key}>
          <th scope="row">
            <RowName {...{ words, row, onArea }} />
          </th>
          <Figures {...{ words, row, board }} />
        </tr>
      ))}
      {board.items.length > 1 && (
        <tr data-key="total" class="total">
          <th scope="row">{t('total')}</th>
          <Figures {...{ words, board }} row={sumOf(board.items)} />
        </tr>
      )}
    </DataTable>
  )
}

function RowName({ words, row, onArea }: Omit<BoardTableProps, 'board'> & { row: BoardRow }) {
  const place = words.translatorOf(PLACE_WORDS)
  const { key, nameFr, nameAr, bbox } = row
  const typeKey = `type_${key}`
  if (Object.hasOwn(PLACE_WORDS.en, typeKey)) return <>{place(typeKey as keyof typeof PLACE_WORDS.en)}</>
  if (nameFr === null || nameAr === null || bbox === null) return <bdi>{key}</bdi>
  const box = bbox as [number, number, number, number]
  return (
    <button class="link" onClick={() => onArea({ code: key, bbox: box })}>
      <bdi>{localizedName(words.lang, { nameFr, nameAr })}</bdi>
    </button>
  )
}

/** The fields that are summed over the rows. */
type Counts = Omit<BoardRow, 'key' | 'nameFr' | 'nameAr' | 'bbox'>

function Figures({ words, row, board }: { words: Localizer; row: Counts; board: Board }) {
  const { number } = words
  const t = words.translatorOf(WORDS)
  const { steps, devices, contractsStored } = row
  return (
    <>
      {STEPS.map((step) => (
        <td key={step} class="number">
          {number(steps[step])}
        </td>
      ))}
      <td>
        <small>
          {contractsStored === 0 ? t('noContract') : t('contractsStored', { n: contractsStored })}
        </small>
      </td>
      <td class="number">{number(steps.carries)}</td>
      <td class="number">{number(devices.live)}</td>
      <td class="number">{number(devices.at_risk + devices.dropped + devices.never)}</td>
      <td>
        <Level {...{ words, row, board }} />
      </td>
    </>
  )
}

const LEVEL_CLASS: Record<FollowUpLevel, string> = { fine: '', follow_up: 'follow-up', escalate: 'escalate' }

function Level({ words, row, board }: { words: Localizer; row: Counts; board: Board }) {
  const t = words.translatorOf(WORDS)
  if (row.withDevice === 0) return <small>{t('noDevice')}</small>
  const level = followUpLevelOf(row, board.settings.followUp)
  const share = percentText(words, row.reporting / row.withDevice)
  return <span class={LEVEL_CLASS[level]}>{t(`level_${level}`, { share })}</span>
}

function sumOf(rows: readonly BoardRow[]): Counts {
  const sum = (of: (row: BoardRow) => number) => rows.reduce((total, row) => total + of(row), 0)
  return {
    steps: {
      listed: sum(({ steps }) => steps.listed),
      surveyed: sum(({ steps }) => steps.surveyed),
      contracted: sum(({ steps }) => steps.contracted),
      installed: sum(({ steps }) => steps.installed),
      measured: sum(({ steps }) => steps.measured),
      carries: sum(({ steps }) => steps.carries),
    },
    devices: {
      live: sum(({ devices }) => devices.live),
      at_risk: sum(({ devices }) => devices.at_risk),
      dropped: sum(({ devices }) => devices.dropped),
      never: sum(({ devices }) => devices.never),
      no_device: sum(({ devices }) => devices.no_device),
    },
    carriesNot: sum(({ carriesNot }) => carriesNot),
    contractsStored: sum(({ contractsStored }) => contractsStored),
    measuredNotInstalled: sum(({ measuredNotInstalled }) => measuredNotInstalled),
    withDevice: sum(({ withDevice }) => withDevice),
    reporting: sum(({ reporting }) => reporting),
  }
}
