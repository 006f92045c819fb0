/** The statements of the routes that a person waits for, each as the function of the store that runs it. */
import { SHIPPED_CATALOGUE } from '#domain/platform'
import { SHIPPED_RULES } from '#domain/rule'
import {
  cellsOfArea,
  localitiesInBox,
  localitiesOfArea,
  localityState,
  operatorsOfArea,
  peopleOfArea,
  pooledEvidence,
  siteState,
  sitesOfArea,
} from '#store/areas'
import { contradictedCells, coverageOfCell, declaredInRanges, declarersOf } from '#store/coverage'
import { type CollectionId, UNFILTERED, collectionOf, findFeature, pageOfFeatures } from '#store/ogc'
import { figureWindow, lineFigures } from '#store/platforms'
import { hasWithheldProbes, listProbes, probesOfCell } from '#store/probes'
import { type RunRow, changedCellsInRanges } from '#store/runs'
import { seriesOfCell, seriesOfSite } from '#store/series'
import {
  classesInRanges,
  evidenceOfCells,
  inferredClassesWithin,
  listVerdicts,
  profileOf,
  measurementsOf,
  reachInRanges,
  rollupsInRanges,
  partialPlaces,
  undecidedPlaces,
  verdictAt,
  verdictHistoryOf,
  verdictsInRanges,
} from '#store/verdicts'
import type { EntityManager } from 'typeorm'

export interface HotContext {
  run: RunRow
  /** A measured cell, H3 and decimal, with a range of cells and a box around it. */
  h3: string
  cell: string
  ranges: readonly { low: string; high: string }[]
  box: { west: number; south: number; east: number; north: number }
  area: string
}

type HotStatement = (db: EntityManager, context: HotContext) => Promise<unknown>

const RULE = SHIPPED_RULES.find((rule) => rule.default)!
const SINCE = '2026-03-10'
const KEY = (cell: string) => ({
  cell,
  measuredAt: '2026-03-10T00:00:00.000000Z',
  id: '00000000-0000-4000-8000-000000000000',
})
const PAGE = { after: null, cell: null, ofSites: true, place: null, since: null, until: null, limit: 100 }
const ANY_NETWORK = { operator: null, technology: null }
const { evidence: EVIDENCE } = SHIPPED_CATALOGUE
const FIGURES = figureWindow(EVIDENCE, new Date('2026-04-01T00:00:00Z'))
const SERIES = {
  measures: ['downloadBps'],
  step: 'day',
  from: new Date('2026-03-01T00:00:00Z'),
  to: new Date('2026-04-01T00:00:00Z'),
  operator: null,
  technology: null,
} as const

const probes: Record<string, HotStatement> = {
  'probes, newest first': (db) => listProbes(db, { ...PAGE, order: '-measuredAt' }),
  'probes, a deep page': (db, { cell }) =>
    listProbes(db, { ...PAGE, order: '-measuredAt', after: KEY(cell) }),
  'probes since a day': (db) => listProbes(db, { ...PAGE, order: 'measuredAt', since: SINCE }),
  'probes for planners': (db, { cell }) =>
    listProbes(db, { ...PAGE, order: '-measuredAt', ofSites: false, after: KEY(cell) }),
  'probes cell by cell': (db, { cell }) => listProbes(db, { ...PAGE, order: 'cell', after: KEY(cell) }),
  'probes of a cell': (db, { cell }) => listProbes(db, { ...PAGE, order: '-measuredAt', cell }),
  'probes in a box': (db, { box, ranges }) =>
    listProbes(db, { ...PAGE, order: 'cell', place: { box, ranges } }),
  'probes in a box, a deep page': (db, { box, ranges, cell }) =>
    listProbes(db, { ...PAGE, order: 'cell', place: { box, ranges }, after: KEY(cell) }),
  'probes in a box since a day': (db, { box, ranges }) =>
    listProbes(db, { ...PAGE, order: 'cell', place: { box, ranges }, since: SINCE, ofSites: false }),
  'probes behind a verdict': (db, { run, cell }) =>
    probesOfCell(db, run, cell, {
      grain: 'hour',
      before: { at: '2027-01-01T00:00:00Z', id: '' },
      limit: 100,
    }),
  'probes behind a verdict, for planners': (db, { run, cell }) =>
    probesOfCell(db, run, cell, {
      grain: 'moment',
      before: { at: '2027-01-01T00:00:00Z', id: '' },
      limit: 100,
    }),
  'whether probes are withheld': (db, { run, cell }) => hasWithheldProbes(db, run, cell),
  'measurements of a cell': (db, { run, cell }) => measurementsOf(db, run, RULE, cell),
  'profile of a cell': (db, { run, cell }) => profileOf(db, run, cell, 'hour'),
  'series of a cell': (db, { cell }) => seriesOfCell(db, cell, SERIES),
  'public series of a cell': (db, { cell }) => seriesOfCell(db, cell, SERIES, 'public'),
  'series of a site': (db, { cell }) => seriesOfSite(db, { cell, code: 'S1' }, SERIES),
  'platforms of a site': (db, { cell }) => lineFigures(db, [{ code: 'S1', cell }], EVIDENCE, FIGURES),
  'platforms of many sites': (db, { cell }) =>
    lineFigures(
      db,
      Array.from({ length: 200 }, (_, n) => ({ code: `S${n}`, cell })),
      EVIDENCE,
      FIGURES,
    ),
  'state of a site': (db, { run, h3 }) => siteState(db, run, { code: 'S1', h3 }),
}

const features =
  (id: CollectionId, change: Partial<Parameters<typeof pageOfFeatures>[2]> = {}): HotStatement =>
  (db, { run }) => {
    const collection = collectionOf(id)
    return pageOfFeatures(
      db,
      collection,
      { ...UNFILTERED, run: collection.ofRun ? run : null, ...change },
      100,
    )
  }

const withBox =
  (id: CollectionId): HotStatement =>
  (db, context) =>
    features(id, { boxes: [context.box] })(db, context)

const collections: Record<string, HotStatement> = {
  'features: probes': features('probes_public'),
  'features: probes, a deep page': (db, context) =>
    features('probes_public', { after: `${context.h3}.${'0'.repeat(32)}` })(db, context),
  'features: probes in a box': withBox('probes_public'),
  'features: probes of a day': features('probes_public', {
    time: { from: Date.parse('2026-03-10'), to: Date.parse('2026-03-11') },
  }),
  'features: slow probes': features('probes_public', {
    filter: { op: '<', property: 'download_bps', value: { type: 'number', value: 1e6 } },
  }),
  'features: probes of a cell': (db, context) =>
    features('probes_public', { equal: { h3: context.h3 } })(db, context),
  'features: probes by a filter on the place': (db, { box, ...context }) =>
    features('probes_public', { filter: { op: 'intersects', shape: { type: 'Box', box } } })(db, {
      box,
      ...context,
    }),
  'features: one probe': (db, { h3 }) =>
    findFeature(db, collectionOf('probes_public'), `${h3}.${'0'.repeat(32)}`, null),
  'features: cells': features('cells'),
  'features: cells in a box': withBox('cells'),
  'features: declared coverage': features('declared'),
  'features: declared coverage in a box': withBox('declared'),
}

const cells: Record<string, HotStatement> = {
  'verdict of a cell': (db, { run, cell }) => verdictAt(db, run, cell),
  'history of a cell': (db, { run, cell }) => verdictHistoryOf(db, run.rule, cell),
  'evidence of cells': (db, { run, cell }) => evidenceOfCells(db, run, [cell]),
  'claims of a cell': (db, { run, cell }) => coverageOfCell(db, cell, run.knownBefore),
  'declarers of cells': (db, { run, cell }) => declarersOf(db, run, RULE, [cell]),
  'list of cells': (db, { run, ranges }) =>
    listVerdicts(db, run, { after: '0', limit: 100, class: null, ranges }),
  'list of white cells': (db, { run, ranges, cell }) =>
    listVerdicts(db, run, { after: cell, limit: 100, class: 'white', ranges }),
  'tile of cells': (db, { run, ranges }) => verdictsInRanges(db, run, ranges),
  'tile of parents': (db, { run, ranges }) => rollupsInRanges(db, run, ranges),
  'tile of another threshold': (db, { run, ranges }) =>
    classesInRanges(db, run, { metric: 'download', step: 3 }, ranges),
  'tile of networks': (db, { run, ranges }) => reachInRanges(db, run, ANY_NETWORK, ranges),
  'tile of an operator': (db, { run, ranges }) =>
    reachInRanges(db, run, { operator: 'iam', technology: null }, ranges),
  'tile of declared coverage': (db, { run, ranges }) => declaredInRanges(db, run, RULE, ANY_NETWORK, ranges),
  'tile of contradictions': (db, { run, ranges }) => contradictedCells(db, run, RULE, ranges),
  'tile of changes': (db, { run, ranges }) => changedCellsInRanges(db, { from: run, to: run }, ranges),
  'inferred classes in ranges': (db, { run, ranges }) => inferredClassesWithin(db, run, RULE, { ranges }),
}

const places: Record<string, HotStatement> = {
  'people of an area': (db, { run, area }) => peopleOfArea(db, run, area),
  'evidence of an area': (db, { run, area }) => pooledEvidence(db, run, area),
  'cells of an area': (db, { run, area }) => cellsOfArea(db, run, area, 6),
  'operators of an area': (db, { run, area }) => operatorsOfArea(db, run, area),
  'localities of an area': (db, { run, area }) => localitiesOfArea(db, run, area, 10),
  'sites of an area': (db, { run, area }) => sitesOfArea(db, run, area, 10),
  'localities in a box': (db, { run, box }) => localitiesInBox(db, run, { box, limit: 100 }),
  'state of a locality': (db, { run }) => localityState(db, run, 'L1'),
  'places of partial knowledge': (db, { run, area }) => partialPlaces(db, run, { area, limit: 100 }),
  'undecided places': (db, { run, area }) => undecidedPlaces(db, run, { area, after: null, limit: 100 }),
}

export const HOT_STATEMENTS: Readonly<Record<string, HotStatement>> = {
  ...probes,
  ...collections,
  ...cells,
  ...places,
}
