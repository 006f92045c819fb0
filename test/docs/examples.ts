/** The worked examples of docs/examples.md: their figures are computed here, by the pure functions, from the probes they tell of. */
import { type ProbeInput, type Technology } from '#domain/probe'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { DAY_MS, HOUR_MS } from '#domain/units'
import { SHIPPED_ROSTER, servicesAt } from '#domain/roster'
import {
  type CellVerdict,
  type NetworkEvidence,
  type OperatorPresence,
  type RosterContext,
  SHIPPED_PRESENCE_COEFFICIENTS,
  cellVerdictOf,
  confidenceOf,
  groupOf,
  networkVerdict,
  presencesOfCell,
} from '#domain/verdict'
import { cellAt } from '#geo'
import { type KnownProbe, classifyByHand } from '../store/oracle.js'

/** What one device measured of one network: so many times on each of so many days, at these hours. */
interface Series {
  operator: string
  technology: Technology
  days: number
  hours: number[]
  /** Figures in the order of the hours, day after day. */
  figures: Pick<ProbeInput, 'downloadBps' | 'uploadBps' | 'latencyMs'>[]
}

interface Example {
  rule: string
  title: string
  story: string
  /** Operators that declare a mobile network here and around that meets the rule; the others declare one in the region only. */
  declaring: string[]
  /** Log odds by which networks are found in the surroundings more often (or less, below 0) than expected. */
  placeLogOdds: number
  series: Series[]
}

const FROM = Date.parse('2026-05-04T00:00:00Z')
const TO = new Date(FROM + 30 * DAY_MS)
const H3 = cellAt(31.95, -6.2)

const mbps = (down: number, up: number | null = null, latencyMs: number | null = null) => ({
  downloadBps: down * 1e6,
  uploadBps: up === null ? null : up * 1e6,
  latencyMs,
})

const EXAMPLES: readonly Example[] = [
  {
    rule: 'ma-floor',
    title: 'The Moroccan default: one operator reaches 2 Mbit/s, the others do not',
    story:
      'A school measures with the SIMs of three operators four times on each of eight days. The first always passes; the second passes once in eight, the third never. Only the first declares a mobile network here, and in the surroundings fewer networks are found than expected.',
    declaring: ['iam'],
    placeLogOdds: -3,
    series: [
      {
        operator: 'iam',
        technology: '4g',
        days: 8,
        hours: [9, 12, 16, 20],
        figures: [mbps(6), mbps(8), mbps(7), mbps(3)],
      },
      {
        operator: 'orange',
        technology: '3g',
        days: 8,
        hours: [9, 12, 16, 20],
        figures: [mbps(1.1), mbps(0.9), mbps(1.4), mbps(0.4), mbps(1.2), mbps(2.3), mbps(1.0), mbps(0.5)],
      },
      {
        operator: 'inwi',
        technology: '3g',
        days: 8,
        hours: [9, 12, 16, 20],
        figures: [mbps(0.7), mbps(0.9), mbps(0.6), mbps(0.3)],
      },
    ],
  },
  {
    rule: 'ma-floor',
    title: 'One line that fails: what nobody tried is not absent',
    story:
      'A school measures its only line, a copper line, four times on each of nine days; it never passes. Two operators declare a mobile network here.',
    declaring: ['iam', 'orange'],
    placeLogOdds: 0,
    series: [
      {
        operator: 'iam',
        technology: 'adsl',
        days: 9,
        hours: [9, 12, 16, 20],
        figures: [mbps(1.1), mbps(0.9), mbps(1.4), mbps(0.4)],
      },
    ],
  },
  {
    rule: 'eu-2013',
    title: 'EU 2013: two networks of at least 30 Mbit/s make a black cell',
    story:
      'A town hall measures a fibre five times a day, a health centre the 5G of another operator four times a day, on ten days. All three operators declare a mobile network here.',
    declaring: ['iam', 'inwi', 'orange'],
    placeLogOdds: 0,
    series: [
      {
        operator: 'iam',
        technology: 'fibre',
        days: 10,
        hours: [8, 11, 14, 17, 20],
        figures: [mbps(94), mbps(95), mbps(93), mbps(90), mbps(71)],
      },
      {
        operator: 'inwi',
        technology: '5g',
        days: 10,
        hours: [9, 13, 17, 21],
        figures: [mbps(120), mbps(85), mbps(64), mbps(41)],
      },
    ],
  },
  {
    rule: 'fcc-unserved',
    title: 'FCC-like: fast enough down, too slow up',
    story:
      'The rule asks for 25 Mbit/s down, 3 Mbit/s up and at most 100 ms. An agent tries three SIMs five times on each of nine days; all reach the first and the last, but not the second, at most hours. No operator declares such a network here, and in the surroundings fewer are found than expected.',
    declaring: [],
    placeLogOdds: -3,
    series: (['iam', 'inwi', 'orange'] as const).map((operator) => ({
      operator,
      technology: '4g' as const,
      days: 9,
      hours: [8, 10, 15, 19, 22],
      figures: [
        mbps(41, 2.4, 38),
        mbps(44, 3.2, 36),
        mbps(39, 2.2, 41),
        mbps(33, 1.6, 55),
        mbps(36, 2.0, 47),
      ],
    })),
  },
]

const ruleOf = (id: string): Rule => SHIPPED_RULES.find((rule) => rule.id === id)!

/** Morocco's clock is an hour ahead of UTC in May. */
const probesOf = ({ series }: Example): KnownProbe[] =>
  series.flatMap(({ operator, technology, days, hours, figures }, device) =>
    Array.from({ length: days * hours.length }, (_, i) => ({
      id: `00000000-0000-4000-8000-${String(device * 1000 + i).padStart(12, '0')}`,
      h3: H3,
      measuredAt: new Date(
        FROM + Math.floor(i / hours.length) * DAY_MS + (hours[i % hours.length]! - 1) * HOUR_MS,
      ).toISOString(),
      operator,
      technology,
      outcome: 'ok' as const,
      ...figures[i % figures.length]!,
      device: String(device),
      counted: true,
    })),
  )

const percent = (share: number) => `${(share * 100).toFixed(1)} %`
const samples = (thousandths: number) => String(thousandths / 1000)

function rowOf(rule: Rule, n: NetworkEvidence): string {
  const { state, confidence, lower, upper } = networkVerdict(rule, n)
  const cells = [
    `${n.operator} ${n.technology}`,
    `${n.passes} of ${n.samples}`,
    `${samples(n.passWeight)} of ${samples(n.weight)}`,
    `${n.days} / ${n.hours} / ${n.devices}`,
    `${percent(lower)} to ${percent(upper)}`,
    state,
    confidence === 0 ? '–' : percent(confidence),
  ]
  return `| ${cells.join(' | ')} |`
}

/** What a run knows beside the measurements: the shipped roster and priors, and what the example says of declarations. */
function contextOf(rule: Rule, { declaring, placeLogOdds }: Example): RosterContext {
  const day = TO.toISOString().slice(0, 10)
  const services = servicesAt(SHIPPED_ROSTER, { regionCode: '05', day }, rule.technologies)
  const facts = services.flatMap(({ operator, technologies }) =>
    [...new Set(technologies.map(groupOf))].map((group) => {
      const isHere = group === 'mobile' && declaring.includes(operator)
      const declared: -1 | 0 | 1 = isHere ? 1 : group === 'mobile' ? -1 : 0
      return { operator, group, declared, around: Number(isHere), placeLogOdds }
    }),
  )
  return { services, facts, coefficients: SHIPPED_PRESENCE_COEFFICIENTS }
}

const KNOWN = { serves: 'serves', absent: 'does not', open: 'open' } as const

function operatorRowOf({ operator, known, untriedGroups, current }: OperatorPresence): string {
  const cells = [
    operator,
    KNOWN[known],
    untriedGroups.join(', ') || '–',
    current ? percent(confidenceOf(current.presence)) : '–',
  ]
  return `| ${cells.join(' | ')} |`
}

function conclusionOf({ class: colour, confidence, lower, upper, untried, partial }: CellVerdict): string {
  const stated =
    confidence === 0
      ? `No class is stated${partial ? `; it is known as \`${partial}\`` : ''}`
      : `The cell is **${colour}**, with a confidence of ${percent(confidence)}`
  const bounds = `from ${lower} to ${upper} operators can serve it`
  return `${stated}: ${bounds}, and ${untried.length === 0 ? 'each was tried by some network' : `nobody tried ${untried.join(' and ')}`}.`
}

function sectionOf(example: Example): string {
  const rule = ruleOf(example.rule)
  const { networks } = classifyByHand(rule, probesOf(example), new Date(FROM), TO).get(H3)!
  const context = contextOf(rule, example)
  const presences = presencesOfCell(rule, networks, context).toSorted((a, b) =>
    (a.operator ?? '') < (b.operator ?? '') ? -1 : 1,
  )
  return [
    `## ${example.title}`,
    '',
    `Rule \`${rule.id}\` version ${rule.version}. ${example.story}`,
    '',
    '| network | passes | by weight | days / hours / devices | share, Wilson interval | state | confidence |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...networks.map((n) => rowOf(rule, n)),
    '',
    '| operator | by its measurements | groups that nobody tried | probability that it serves |',
    '| --- | --- | --- | --- |',
    ...presences.map(operatorRowOf),
    '',
    conclusionOf(cellVerdictOf(rule, networks, context)),
    '',
  ].join('\n')
}

export function examplesPage(): string {
  return [
    '# Worked examples',
    '',
    'Four cells under three rules. Every figure on this page is computed by `test/docs/examples.ts` from the measurements that',
    'the text tells of; `test/docs/examples.test.ts` fails when the page and the functions differ (`UPDATE=1` writes it anew).',
    '',
    'A state is decided where the interval of the share (Wilson 1927, JASA 22:209), at the rule’s confidence, lies on one side',
    'of the share that must pass, with enough weight, days, hours and devices. The confidence is the probability that the',
    'cell’s share lies there, given that places in one cell differ (log-odds with half a sample added to either side; see',
    '`logOddsScoreOf` in `libs/domain/verdict`). The operators are those of the shipped roster, and',
    'their priors those of the shipped model. A cell’s confidence is the probability that the count of its operators is right.',
    '',
    ...EXAMPLES.map(sectionOf),
  ].join('\n')
}
