/** Descriptions of the parameters without a class of their own, and examples of all parameters, by name. */
import { SHIPPED_CATALOGUE } from '#domain/platform'
import { SHIPPED_SETTINGS } from '#domain/programme'
import { SHIPPED_RULES } from '#domain/rule'
import type { Schema } from './type-schema.js'

export interface PathParameter {
  description: string
  schema: Schema
  example: unknown
}

const wholeNumber = (maximum?: number): Schema => ({
  type: 'integer',
  minimum: 0,
  ...(maximum !== undefined && { maximum }),
})
const TEXT_SCHEMA: Schema = { type: 'string' }

const RUN: PathParameter = { description: "A run's id.", schema: { type: 'integer', minimum: 1 }, example: 1 }
const RUN_OR_LATEST: PathParameter = {
  description: "A run's id, or `latest`.",
  schema: { type: 'string', pattern: '^([1-9]\\d{0,8}|latest)$' },
  example: 'latest',
}

/** Descriptions by the preceding path segment and name, or by name alone. */
const PATH_PARAMETERS: Record<string, PathParameter> = {
  'areas/code': {
    description: 'HCP code of a region, province or commune.',
    schema: TEXT_SCHEMA,
    example: '01.051',
  },
  'sites/code': { description: "A site's code.", schema: TEXT_SCHEMA, example: 'DEMO-01.051.01.01-1' },
  'runs/id': RUN,
  'accounts/name': { description: "An account's name.", schema: TEXT_SCHEMA, example: 'leila' },
  'sign-in-rules/role': { description: 'A role.', schema: TEXT_SCHEMA, example: 'analyst' },
  'personal-data/name': { description: "An account's name.", schema: TEXT_SCHEMA, example: 'leila' },
  'lines/role': { description: 'The main line or the spare one.', schema: TEXT_SCHEMA, example: 'main' },
  'retention/subject': { description: 'What is kept.', schema: TEXT_SCHEMA, example: 'log' },
  'passkeys/id': {
    description: "A passkey's id.",
    schema: TEXT_SCHEMA,
    example: 'q1Zc0mJ3Xg5bQyW2Tn8Lrw',
  },
  'keys/id': {
    description: "A key's id.",
    schema: TEXT_SCHEMA,
    example: '7f2c1c1e-6a53-4a7e-9a43-0d0b6b1f2a11',
  },
  'roster/id': { description: "An entry's id.", schema: wholeNumber(), example: 1 },
  'zones/id': {
    description: "A zone's id, which lasts from run to run.",
    schema: TEXT_SCHEMA,
    example: '88398d9a01fffff-white-1',
  },
  'rules/id': { description: "A rule's id.", schema: TEXT_SCHEMA, example: 'ma-floor' },
  'collections/id': { description: 'A collection of features.', schema: TEXT_SCHEMA, example: 'cells' },
  'tileMatrixSets/id': { description: 'A tile matrix set.', schema: TEXT_SCHEMA, example: 'WebMercatorQuad' },
  matrixSet: { description: 'A tile matrix set.', schema: TEXT_SCHEMA, example: 'WebMercatorQuad' },
  'tiles/run': RUN_OR_LATEST,
  'localities/id': { description: "A locality's id.", schema: TEXT_SCHEMA, example: 'SIM-L-01.051-01' },
  'plan/code': {
    description: 'Code of an item of the plan.',
    schema: TEXT_SCHEMA,
    example: 'SIM-PNHD2-0001',
  },
  answer: {
    description: 'The `id` of an answer about a budget.',
    schema: TEXT_SCHEMA,
    example: '5d41402abc4b2a76b9719d911017c592',
  },
  h3: { description: 'H3 index of a cell.', schema: TEXT_SCHEMA, example: '88398d9a01fffff' },
  z: { description: 'Zoom.', schema: wholeNumber(22), example: 6 },
  x: { description: 'Column of the tile.', schema: wholeNumber(), example: 31 },
  file: { description: 'A file.', schema: TEXT_SCHEMA, example: '25.mvt' },
  'x/file': {
    description: 'Row of the tile, then `.mvt`.',
    schema: { type: 'string', pattern: '^\\d{1,8}\\.mvt$' },
    example: '25.mvt',
  },
  'export/file': { description: 'A collection and a format.', schema: TEXT_SCHEMA, example: 'zones.geojson' },
  collection: { description: 'A collection of features.', schema: TEXT_SCHEMA, example: 'zones' },
  featureId: { description: "A feature's id.", schema: TEXT_SCHEMA, example: '01.051' },
  layer: { description: "A map's layer.", schema: TEXT_SCHEMA, example: 'cells' },
}

/** The description of a parameter of a path such as `/api/v1/areas/{code}`. */
export function pathParameter(path: string, name: string): PathParameter | undefined {
  const parts = path.split('/')
  const before = parts[parts.indexOf(`{${name}}`) - 1]?.replace(/[{}]/g, '')
  return PATH_PARAMETERS[`${before}/${name}`] ?? PATH_PARAMETERS[name]
}

/** Examples of query parameters. An `@example` in their class takes precedence. */
const EXAMPLES: Record<string, unknown> = {
  run: 1,
  with: 1,
  from: '2026-01-01',
  to: '2026-02-01',
  rule: 'ma-floor',
  date: '2026-03-01',
  at: '2026-03-01',
  knownBefore: '2026-03-01',
  limit: 10,
  cursor: 'NjEzNTE5NDM2NDAyMTU3NTY3',
  bbox: '-4.5,34.9,-3.5,35.4',
  area: '01.051',
  parent: '01',
  province: '01.051',
  q: 'hoceima',
  operator: 'iam',
  threshold: 5_000_000,
  cell: '88398d9a01fffff',
  site: 'DEMO-01.051.01.01-1',
  measuredAt: '2026-03-01T09:30:00Z',
  lat: 35.2447,
  lng: -3.9317,
  datetime: '2026-01-01/..',
  class: 'white',
  h3: '88398d9a01fffff',
  region_code: '01',
  province_code: '01.051',
  commune_code: '01.051.01.01',
  rule_id: 'ma-floor',
  technology: '4g',
  name: 'plan-2027.csv',
  comment: 'The list that the ministry sent.',
  weights: 'people:5,schools:3',
  unitCosts: 'fibrePerKm:300000',
  metric: 'downloadBps,latencyMs',
  kind: ['zone.born', 'zone.resolved'],
  fields: 'code',
  author: 'leila',
  action: 'save site',
  subject: 'S-12',
  type: 'school',
  expect: `42:${'0'.repeat(64)}`,
  since: '2026-01-01',
  until: '2026-02-01',
  filter: "class = 'white'",
}

/** An example that fits the schema; undefined if there is none. */
export function exampleOf(name: string, schema: Schema): unknown {
  const value = EXAMPLES[name]
  const example = schema.type === 'string' && value !== undefined ? String(value) : value
  if (example !== undefined && matchesSchema(example, schema)) return example
  if (schema.enum) return schema.enum[0]
  if (schema.type === 'boolean') return true
  if (schema.type === 'number' || schema.type === 'integer') return schema.minimum ?? 1
  return undefined
}

function matchesSchema(example: unknown, { type, enum: values, maximum, pattern }: Schema): boolean {
  if (values) return values.includes(example)
  if (typeof example === 'string')
    return type === 'string' && (pattern === undefined || new RegExp(pattern, 'u').test(example))
  return type !== 'boolean' && (maximum === undefined || (example as number) <= maximum)
}

const PROBE = {
  id: '7f2c1c1e-6a53-4a7e-9a43-0d0b6b1f2a11',
  measuredAt: '2026-03-01T09:30:00Z',
  technology: 'fibre',
  operator: 'iam',
  outcome: 'ok',
  downloadBps: 18_400_000,
  uploadBps: 4_100_000,
  latencyMs: 34.2,
}

/** Examples of bodies, by the name of their class or type, or by operation and media type. */
export const BODY_EXAMPLES: Record<string, unknown> = {
  'probesPost application/json': [PROBE],
  'probesPost application/x-ndjson': `${JSON.stringify(PROBE)}\n`,
  'importPost text/csv':
    'measured_at,lat,lng,operator,download_mbps\n2026-03-01T09:30:00Z,35.2447,-3.9317,iam,18.4\n',
  RuleBody: { ...SHIPPED_RULES[0], id: 'my-rule', version: undefined, default: false },
  SignInBody: { name: 'admin', password: 'the one-time password of the first start' },
  NameAndPasswordBody: { name: 'admin', password: 'the one-time password of the first start' },
  PasskeyNameBody: { name: 'my phone' },
  NewPasskeyBody: {
    name: 'my phone',
    id: 'q1Zc0mJ3Xg5bQyW2Tn8Lrw',
    clientData: 'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0',
    attestation: 'o2NmbXRkbm9uZQ',
    transports: ['internal'],
  },
  PasswordBody: { current: 'the one-time password', next: 'a sentence of my own' },
  AccountBody: { name: 'leila', role: 'planner' },
  AccountChangeBody: { role: 'analyst', disabled: false },
  OwnPasswordBody: { password: 'a sentence of my own' },
  CodeBody: { code: '123456' },
  SignInRuleBody: { secondFactor: false },
  DeviceBody: { name: 'phone of the nurse' },
  ResetBody: { by: 'link' },
  InvitationBody: { token: 'tgt_EXAMPLE-nobody-was-ever-given-this-one' },
  AcceptBody: { token: 'tgt_EXAMPLE-nobody-was-ever-given-this-one', password: 'a sentence of my own' },
  ApiKeyBody: { name: 'nightly-report', role: 'analyst', days: 90 },
  KeyDaysBody: { days: 90 },
  ErasureBody: { comment: 'Request of 1 March 2026.' },
  RetentionBody: { days: 1825 },
  FlagBody: { comment: 'The antenna was being repaired that day.' },
  ResubmitBody: {
    document: {
      id: '7f2c1c1e-6a53-4a7e-9a43-0d0b6b1f2a11',
      measuredAt: '2026-03-01T09:30:00Z',
      outcome: 'ok',
    },
    comment: 'The clock of the device was an hour late.',
  },
  CatalogueBody: {
    base: 1,
    comment: 'The directorate published the need of its platform.',
    ...SHIPPED_CATALOGUE,
    // The form of a null beside a reference is none that checkers of OpenAPI 3.0 agree on.
    platforms: SHIPPED_CATALOGUE.platforms.filter(({ transfer }) => transfer !== null).slice(0, 1),
  },
  SettingsBody: { base: 1, comment: 'The ministry set a new target.', ...SHIPPED_SETTINGS },
  LineBody: {
    version: null,
    operator: 'iam',
    technology: 'fibre',
    contract: 'M-2026-014',
    surveyedOn: '2026-01-15',
    contractedOn: '2026-02-10',
    installedOn: null,
    comment: 'The contract was signed.',
  },
  RunBody: { rule: 'ma-floor' },
  BudgetBody: { budget: 50_000_000, maximise: 'people', area: '01.051' },
  RosterEntryBody: {
    operator: 'inwi',
    technologies: ['5g'],
    regionCodes: ['01', '02'],
    from: '2026-03-01',
    source: 'Licence of 1 March 2026',
    isAssumption: false,
    comment: 'The licence was published.',
  },
  RosterEndBody: { to: '2026-12-31', comment: 'The service was closed.' },
  SubscriptionBody: { url: 'https://ministry.example/hook', kinds: ['zone.born'], area: '01' },
  PauseBody: { paused: true },
  PlanCreateBody: {
    code: 'AH-2027-014',
    nameFr: 'Douar Aït Aïssa',
    nameAr: 'دوار أيت عيسى',
    lat: 35.1,
    lng: -4.05,
    operator: 'iam',
    technology: '4g',
    targetBps: 2_000_000,
    awardedOn: '2026-09-01',
    promisedBy: '2027-06-30',
    comment: 'Award of September.',
  },
  PlanEditBody: {
    version: 1,
    inServiceOn: '2026-11-02',
    comment: 'The operator says that it is in service.',
  },
  PlanWithdrawBody: { version: 1, comment: 'Given back by the operator.' },
  'coverageImportPost text/csv':
    'h3,operator,technology,download (Mbit/s),upload (Mbit/s),date\n8839ab8095fffff,Maroc Telecom,FTTH,100,20,2026-03-01\n',
  'coverageImportPost application/geo+json': JSON.stringify({
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [-4.05, 35.1] },
        properties: { operator: 'iam', technology: '4g', download: '30 Mbit/s', date: '2026-03-01' },
      },
    ],
  }),
  'planImport text/csv':
    'code,nom,lat,lng,operateur,technologie,debit cible (Mbit/s),attribution,echeance,mise en service\nAH-2027-014,Douar Aït Aïssa,35.1,-4.05,iam,4g,2,2026-09-01,2027-06-30,\n',
  'planImport application/geo+json': JSON.stringify({
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [-4.05, 35.1] },
        properties: { code: 'AH-2027-014', nom: 'Douar Aït Aïssa', operateur: 'iam', technologie: '4g' },
      },
    ],
  }),
  DisputeBody: {
    subject: 'verdict',
    cell: '88398d9a01fffff',
    claimed: 'white',
    claim: 'Nothing reaches the school; the measurements were made by the road.',
  },
  DisputeEventBody: { action: 'comment', comment: 'Three telephones saw the same.' },
  SiteBody: {
    code: 'SCHOOL-1',
    name: 'École Ibn Khaldoun',
    nameAr: 'مدرسة ابن خلدون',
    type: 'school',
    communeCode: '01.051.01.01',
    lat: 35.2447,
    lng: -3.9317,
    operator: 'iam',
    technology: 'fibre',
    contractedDownBps: 20_000_000,
  },
}
