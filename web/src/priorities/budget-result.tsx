/** Result of a budget: figures, a table of zones, and the benefit of one more zone. */
import type { Localizer } from '../language/language.js'
import { technologyName } from '../language/network-names.js'
import { Downloads } from '../links/downloads.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { MILLION } from './budget-request.js'
import type { PartProps } from './part-props.js'
import type { BudgetAnswer } from './priorities-api.js'
import { WORDS } from './words.js'
import { ZONE_COLUMNS, ZoneFigures, ZoneName } from './zone-cells.js'

interface ResultProps {
  words: Localizer
  answer: BudgetAnswer
  onBox: PartProps['onZoomToBox']
}

export function BudgetResult({ words, answer, onBox }: ResultProps) {
  const t = words.translatorOf(WORDS)
  const millions = (mad: number) => words.number(mad / MILLION, 2)
  const caption = t('resultCaption', { n: answer.zones.length, cost: millions(answer.cost) })
  return (
    <section class="answer" aria-label={t('result', { budget: millions(answer.budget) })}>
      <h3>{t('result', { budget: millions(answer.budget) })}</h3>
      <Figures {...{ words, answer }} />
      <p class="one-more">
        <b>{t('oneMore')}</b> <OneMore {...{ words, answer }} />
      </p>
      {answer.zones.length > 0 && <FundedZones {...{ words, answer, onBox, caption }} />}
      <p class="source">
        {t('chosenHint')} {t('costHint')}
      </p>
      <Downloads
        path={`api/v1/runs/${answer.run}/budget/${answer.id}`}
        texts={{ csv: t('csv'), xlsx: t('xlsx') }}
      />
    </section>
  )
}

const COLUMNS = ['rank', 'zone', 'technology', 'costMad', 'benefit', ...ZONE_COLUMNS] as const

function FundedZones({ words, answer, onBox, caption }: ResultProps & { caption: string }) {
  const t = words.translatorOf(WORDS)
  return (
    <DataTable caption={caption} class="figures zones" head={<HeadRow names={COLUMNS} t={t} />}>
      {answer.zones.map((zone) => (
        <tr key={zone.id} data-zone={zone.id} data-cost={zone.cost}>
          <td>{words.number(zone.rank)}</td>
          <ZoneName {...{ words, zone, onBox }} />
          <td>{technologyName(words, zone.technology)}</td>
          <td>{words.number(zone.cost / MILLION, 2)}</td>
          <td>{words.number(zone.benefit)}</td>
          <ZoneFigures {...{ words, zone }} />
        </tr>
      ))}
    </DataTable>
  )
}

function Figures({ words, answer }: Omit<ResultProps, 'onBox'>) {
  const t = words.translatorOf(WORDS)
  const { number } = words
  const millions = (mad: number) => t('millions', { n: number(mad / MILLION, 2) })
  const rows: [string, string][] = [
    [t('spent'), millions(answer.cost)],
    [t('remaining'), millions(answer.remaining)],
    [
      t(answer.maximise === 'people' ? 'served' : 'servedScore'),
      t('ofWhole', { n: number(answer.benefit), whole: number(answer.whole) }),
    ],
    [t('zonesLeft'), number(answer.zonesLeft)],
    ...(answer.peopleLeft === null
      ? []
      : [[t('peopleLeft'), number(answer.peopleLeft)] satisfies [string, string]]),
    [t('quality'), qualityOf(words, answer)],
  ]
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Relative gap below which the difference is only rounding. */
const MIN_GAP = 1e-6

function qualityOf(words: Localizer, { status, gap, notConsidered }: BudgetAnswer): string {
  const t = words.translatorOf(WORDS)
  // The figure is rounded up, because "no choice brings 0% more" would say nothing.
  const percent = words.t('percent', { figure: words.number(Math.ceil(gap * 1e4) / 100, 2) })
  const quality =
    status === 'time_limit'
      ? t('timeLimit', { gap: percent })
      : gap <= MIN_GAP
        ? t('optimal')
        : t('optimalWithin', { gap: percent })
  return notConsidered > 0 ? `${quality} (${t('notConsidered', { n: notConsidered })})` : quality
}

function OneMore({ words, answer: { oneMore, benefit, maximise } }: Omit<ResultProps, 'onBox'>) {
  const t = words.translatorOf(WORDS)
  if (!oneMore) return <>{t('oneMoreUnknown')}</>
  const more = oneMore.benefit - benefit
  if (more <= MIN_GAP * benefit) return <>{t('oneMoreNothing')}</>
  return (
    <>
      {t('oneMoreBrings', {
        benefit: words.number(more, maximise === 'people' ? 0 : 1),
        of: t(maximise === 'people' ? 'maximisePeople' : 'maximiseScore'),
        added: oneMore.added.length,
        dropped: oneMore.dropped.length,
        changed: oneMore.changed.length,
      })}
    </>
  )
}
