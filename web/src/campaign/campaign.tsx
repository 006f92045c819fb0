/** A campaign of measuring in an area: where, of which operator, how often, and what each outcome would mean. */
import { useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import type { Run } from '../api/schemas.js'
import { useQuery } from '../api/use-query.js'
import { Choice } from '../form/field.js'
import {
  type Localizer,
  bidiIsolated,
  listText,
  localizedPlaceName,
  percentText,
} from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import {
  type Campaign,
  type CampaignSort,
  type CampaignStop,
  type CampaignTest,
  campaignFilePath,
  loadCampaign,
} from './campaign-api.js'
import './campaign.css'
import { WORDS } from './words.js'

interface CampaignProps {
  words: Localizer
  connection: Connection
  run: Run
  /** Code of a commune or province. */
  area: string
  /** Whether the run's rule judges by the roster of operators. */
  hasRoster: boolean
  onCell(h3: string): void
}

const SORTS = ['people', 'money'] as const satisfies readonly CampaignSort[]

export function CampaignSection(props: CampaignProps) {
  const { words, connection, run, area } = props
  const t = words.translatorOf(WORDS)
  const [isOpen, setOpen] = useState(false)
  const [sort, setSort] = useState<CampaignSort>('people')
  const query = { area, run: run.id, sort }
  const key = isOpen && props.hasRoster ? `campaign ${area} ${run.id} ${sort}` : null
  const result = useQuery(connection, key, (signal) => loadCampaign(query, signal))
  return (
    <section class="campaign" aria-label={t('title')}>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {t('title')}
      </button>
      {isOpen && <p class="source">{t(props.hasRoster ? 'lead' : 'noRoster')}</p>}
      {key && (
        <Choice
          label={t('sort')}
          value={sort}
          options={SORTS}
          textOf={(option) => t(`sort_${option}`)}
          onChoose={(option) => setSort(option || 'people')}
        />
      )}
      {key && !result && <p role="status">{words.t('loading')}</p>}
      {result && 'refused' in result && <p class="problem">{problemText(words, result.refused)}</p>}
      {result && 'value' in result && <CampaignResult {...props} query={query} campaign={result.value} />}
    </section>
  )
}

interface ResultProps extends CampaignProps {
  query: Parameters<typeof campaignFilePath>[0]
  campaign: Campaign
}

function CampaignResult({ words, query, campaign, onCell }: ResultProps) {
  const t = words.translatorOf(WORDS)
  const { stops, samples, lengthM, left, undecidable, isCut } = campaign
  return (
    <>
      {stops.length === 0 ? (
        <p role="status">{t('none')}</p>
      ) : (
        <>
          <p role="status">
            {t('summary', { stops: stops.length, samples, km: words.number(lengthM / 1000) })}
          </p>
          <Preparation words={words} campaign={campaign} />
          <ol>
            {stops.map((stop) => (
              <StopItem key={stop.h3} {...{ words, stop, onCell }} />
            ))}
          </ol>
          <p class="downloads">
            {(['csv', 'gpx', 'html'] as const).map((format) => (
              <a key={format} href={campaignFilePath(query, format, words.lang)}>
                {t(format)}
              </a>
            ))}
          </p>
        </>
      )}
      {left > 0 && <p class="source">{t('left', { n: left })}</p>}
      {undecidable > 0 && <p class="source">{t('undecidable', { n: undecidable })}</p>}
      {isCut && <p class="source">{t('cut')}</p>}
    </>
  )
}

/** The SIMs that the team brings, and what a test must be to count. */
function Preparation({ words, campaign: { operators, counting } }: { words: Localizer; campaign: Campaign }) {
  const t = words.translatorOf(WORDS)
  const sims = operators.map(({ operator, stops }) =>
    t('simOf', { operator: bidiIsolated(operatorName(words, operator)), n: stops }),
  )
  const { hours, perDeviceDay, perDevice } = counting
  const terms = [
    t('oneTechnology'),
    t('perDay', { n: perDeviceDay, all: perDevice }),
    ...(hours ? [t('between', { from: hours.from, to: hours.to })] : []),
  ]
  return (
    <p>
      {t('bring', { operators: listText(words, sims) })}
      <br />
      {t('counts', { terms: listText(words, terms) })}
    </p>
  )
}

function StopItem({
  words,
  stop,
  onCell,
}: {
  words: Localizer
  stop: CampaignStop
  onCell(h3: string): void
}) {
  const t = words.translatorOf(WORDS)
  const { population, atStakeMad, partial, operatorsMin, decides } = stop
  const facts = [
    ...(population > 0 ? [t('people', { n: population })] : []),
    ...(atStakeMad === null ? [] : [t('atStake', { mad: words.number(atStakeMad) })]),
    partial === 'served' ? t('served', { n: operatorsMin }) : t('none_tried'),
    t('decides', { share: percentText(words, decides) }),
  ]
  return (
    <li data-stop={stop.h3}>
      <button type="button" onClick={() => onCell(stop.h3)}>
        <bdi>{stopName(words, stop)}</bdi>
      </button>
      <small>{listText(words, facts)}</small>
      <ul>
        {stop.tests.map((test) => (
          <li key={`${test.operator} ${test.technology}`}>
            <b>
              <bdi>{networkName(words, test)}</bdi>
            </b>{' '}
            {testText(words, test)}
          </li>
        ))}
      </ul>
    </li>
  )
}

/** The largest locality, else the first site, else the cell. */
function stopName(words: Localizer, { localities, sites, h3 }: CampaignStop): string {
  const place = localities[0] ?? sites[0]
  return place ? localizedPlaceName(words, place.name, place.nameAr) : h3
}

const networkName = (words: Localizer, { operator, technology }: CampaignTest): string =>
  words.translatorOf(WORDS)('network', {
    operator: operatorName(words, operator),
    technology: technologyName(words, technology),
  })

function testText(
  words: Localizer,
  { samples, samplesPerDay, days, devices, ifServes, ifNot }: CampaignTest,
): string {
  const t = words.translatorOf(WORDS)
  return listText(words, [
    t('tests', { samples, perDay: samplesPerDay, days, devices }),
    t('outcome', { serves: t(ifServes.class), fails: t(ifNot.class) }),
  ])
}
