/**
 * The longest statements as they go to the database, laid out beside this file: a change of one shows in a review as a
 * change of SQL. After a change that is meant, `npx vitest run test/store/statements -u` writes them again.
 */
import { SHIPPED_RULES } from '#domain/rule'
import { cellAt, cellToSql } from '#geo'
import { pooledEvidence, whiteZonesOfArea } from '#store/areas'
import { contradictedCells, contradictionsOfArea, importCoverage, listContradictions } from '#store/coverage'
import { param } from '#store/database'
import { listDisputes } from '#store/disputes'
import { type FeatureQuery, UNFILTERED, collectionOf, pageOfFeatures } from '#store/ogc'
import { type PlanDraft, listPlan, writeVersions } from '#store/plan'
import { type ProbePageQuery, listProbes, probesOfCell } from '#store/probes'
import type { RunRow } from '#store/runs'
import { downloadsOfAreas, seriesOfArea, seriesOfCell, updateAreaSeries } from '#store/series'
import { listEvents } from '#store/subscriptions'
import { measurementsOf, undecidedPlaces } from '#store/verdicts'
import { factorsOfZones } from '#store/zones'
import type { DataSource } from 'typeorm'
import { describe, expect, test } from 'vitest'
import { nextMeasuredCells } from '../../../libs/store/probes/measured-cells.js'
import { ROLL_UP_NETWORKS } from '../../../libs/store/verdicts/network-rollup.js'
import { formatSql } from './format.js'
import { recorder } from './recorder.js'

const RULE = SHIPPED_RULES.find(({ minUploadBps }) => minUploadBps !== null)!
const FROM = new Date('2026-01-01T00:00:00Z')
const TO = new Date('2027-01-01T00:00:00Z')
const RUN: RunRow = {
  id: 7,
  series: 3,
  rule: RULE.id,
  ruleVersion: RULE.version,
  from: FROM,
  to: TO,
  knownBefore: TO,
  digest: '',
  createdAt: TO,
  createdBy: 'test',
  current: true,
  counts: { white: 0, grey: 0, black: 0, unknown: 0, notMeasured: 0 },
  partial: { served: 0, noneTried: 0 },
}
const BOX = { west: -6, south: 33, east: -5, north: 34 }
const RANGES = [{ low: '1', high: '2' }]
const SERIES = {
  measures: ['downloadBps', 'latencyMs'],
  step: 'day',
  from: FROM,
  to: TO,
  operator: 'iam',
  technology: '4g',
} as const
const PROBES: ProbePageQuery = {
  order: '-measuredAt',
  after: { cell: '1', measuredAt: TO.toISOString(), id: '00000000-0000-4000-8000-000000000000' },
  cell: null,
  ofSites: true,
  place: null,
  since: '2026-01-01',
  until: null,
  limit: 100,
}
const FEATURES: FeatureQuery = { ...UNFILTERED, run: RUN, boxes: [BOX], time: { from: 0, to: 1 } }
const DRAFT: PlanDraft = {
  code: 'P1',
  version: 2,
  nameFr: 'a',
  nameAr: null,
  areaCode: null,
  operator: null,
  technology: null,
  targetBps: null,
  awardedOn: null,
  startedOn: null,
  promisedBy: null,
  inServiceOn: null,
  localityId: null,
  zoneId: null,
  lat: 33,
  lng: -5,
  cells: [],
  comment: '',
  withdrawn: false,
  simulated: false,
}
const CLAIM = {
  cell: '1',
  operator: 'iam',
  technology: '4g',
  downloadBps: 1,
  uploadBps: null,
  onDate: '2026-01-01',
} as const

const STATEMENTS: Readonly<Record<string, (db: DataSource) => Promise<unknown>>> = {
  'area-series-update': (db) => updateAreaSeries(db),
  'area-series': (db) => seriesOfArea(db.manager, '01', SERIES),
  'area-downloads': (db) => downloadsOfAreas(db.manager, RUN, 'commune', '01'),
  'cell-series-public': (db) => seriesOfCell(db.manager, '1', SERIES, 'public'),
  'cell-measurements': (db) => measurementsOf(db.manager, RUN, RULE, '1'),
  'cell-probes': (db) =>
    probesOfCell(db.manager, RUN, '1', {
      grain: 'hour',
      before: { at: TO.toISOString(), id: '' },
      limit: 100,
    }),
  'probes-by-time': (db) => listProbes(db.manager, PROBES),
  'next-measured-cells': (db) =>
    nextMeasuredCells(db.manager, {
      ranges: RANGES,
      start: { cell: '1', isIncluded: true },
      since: param(FROM, 'timestamptz'),
      until: param(TO, 'timestamptz'),
      limit: 100,
    }),
  'probes-in-box': (db) =>
    listProbes(db.manager, { ...PROBES, order: 'cell', place: { box: BOX, ranges: RANGES } }),
  'features-of-probes': (db) => pageOfFeatures(db.manager, collectionOf('probes_public'), FEATURES, 100),
  'features-of-zones': (db) => pageOfFeatures(db.manager, collectionOf('zones'), FEATURES, 100),
  'features-of-cells': (db) => pageOfFeatures(db.manager, collectionOf('cells'), FEATURES, 100),
  'network-rollup': (db) => db.query(ROLL_UP_NETWORKS, [3, 7, true]),
  'undecided-places': (db) =>
    undecidedPlaces(db.manager, RUN, { area: '01', after: { population: 9, cell: '1' }, limit: 100 }),
  contradictions: (db) =>
    listContradictions(db.manager, RUN, RULE, {
      area: '01',
      kind: 'late_plan',
      operator: 'iam',
      after: '',
      limit: 100,
    }),
  'contradictions-of-area': (db) => contradictionsOfArea(db.manager, RUN, RULE, '01'),
  'contradicted-cells': (db) => contradictedCells(db.manager, RUN, RULE, RANGES),
  'claims-import': (db) => importCoverage(db, 'declared', [CLAIM], { source: 'file', author: 'test' }),
  'zone-factors': (db) => factorsOfZones(db.manager, RUN),
  'white-zones-of-area': (db) =>
    whiteZonesOfArea(db.manager, RUN, { code: '01', bbox: [-6, 33, -5, 34] }, 10),
  'pooled-evidence': (db) => pooledEvidence(db.manager, RUN, '01'),
  events: (db) =>
    listEvents(db.manager, {
      kinds: ['zone.born'],
      area: '01',
      rule: RULE.id,
      batch: 'zone-7',
      since: FROM,
      after: { micros: '1', id: 'zone-7-z' },
      limit: 100,
    }),
  disputes: (db) =>
    listDisputes(db.manager, {
      area: '01',
      cell: '1',
      state: 'unfinished',
      operator: 'iam',
      overdue: true,
      now: TO,
      after: '00000000-0000-4000-8000-000000000000',
      limit: 100,
    }),
  'plan-list': (db) =>
    listPlan(db.manager, {
      area: '01',
      state: 'late',
      operator: 'iam',
      technology: '4g',
      sort: 'promised',
      after: '',
      limit: 100,
    }),
  'plan-versions': (db) => writeVersions(db.manager, [DRAFT], { author: 'test', source: null }),
}

/** What the statements before the longest one answer, where it is not reached otherwise. */
const ANSWERS = [
  [/pg_try_advisory/, [{ taken: true }]],
  [/max\(known_before\) AS before FROM run/, [{ before: TO }]],
  [/generate_series/, [{ from: '2026-01-01', to: '2026-02-01' }]],
  [/AS added/, [{ added: 1, replaced: 0 }]],
  [/AS "hasClaims"/, [{ hasClaims: false }]],
  [/json_agg\(/, [{ json: null, count: 0 }]],
  [/RECURSIVE measured/, [{ cell: cellToSql(cellAt(33.5, -5.5)) }]],
] as const

describe('statements as they go to the database', () => {
  test.each(Object.entries(STATEMENTS))('%s', async (name, work) => {
    const { db, statements } = recorder(ANSWERS)
    await work(db)
    const longest = statements.map(({ sql }) => sql).sort((a, b) => b.length - a.length)[0]!
    await expect(formatSql(longest)).toMatchFileSnapshot(`${name}.sql`)
  })
})
