/** What is kept of a person is found, and nothing of it remains after an erasure, in no column of no table. */
import { addApiKey } from '#store/keys'
import { type Erasure, PERSONAL_COLUMNS, erasePerson, personalDataOf } from '#store/personal'
import { hashPassword, insertAccount, insertDevice, recordChange, recordEvent, sha256 } from '#store/people'
import { removeOutdated, verifyLog } from '#store/audit'
import { DAY_MS } from '#domain/units'
import { addRosterEntry } from '#store/roster'
import { upsertSites } from '#store/sites'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const NAME = 'Leïla B.'

/** Names of text columns that hold nothing of a person: codes, kinds, states, names of places, hashes, documents of our own. */
const WITHOUT_PERSONS = new Set(
  `action action_role actions area area_code cell_id download_test outcome tool upload_test author_operator author_role batch claimed class code commune_code decision
   digest direction ended field flag id key kind kinds last_error level locality_id media_type metric month name_ar name_fr
   opener_operator opener_role operator other_zone parent_code partial province_code reason region_code role rule_id search_name
   site_code standing state state_before step subject subscriber technology technology_group title type url zone_id series version secret previous_secret
   challenge purpose rp_id transports
   address user_agent issuer lines carries off_peak fails contract record`
    .split(/\s+/)
    .filter(Boolean),
)
/** The same for columns whose name is personal in other tables. */
const WITHOUT_PERSONS_HERE = [
  'site.name',
  'locality.name',
  'rule.name',
  'migration.name',
  'area.name',
  'job_result.job',
  'job_result.error',
]

describe.each(ENGINES)('personal data on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await fill(database)
  })
  afterAll(() => database?.drop())

  const textColumns = (): Promise<{ table: string; column: string }[]> =>
    database.source.query(
      `SELECT c.relname AS "table", a.attname AS "column" FROM pg_class AS c
       JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND format_type(a.atttypid, NULL) IN ('text', 'character varying', 'jsonb', 'json', 'text[]')
         AND c.relname <> 'spatial_ref_sys' ORDER BY 1, 2`,
    )
  const erase = (fields: Partial<Erasure> = {}) =>
    erasePerson(database.source, {
      name: NAME,
      devices: [],
      comment: 'asked for',
      author: 'admin',
      ...fields,
    })
  /** The columns in which a text stands, whatever its case. */
  const columnsWith = async (text: string) => {
    const found: string[] = []
    for (const { table, column } of await textColumns()) {
      const [row] = await database.source.query(
        `SELECT EXISTS (SELECT 1 FROM "${table}" WHERE strpos(lower("${column}"::text), lower($1)) > 0) AS there`,
        [text],
      )
      if (row.there) found.push(`${table}.${column}`)
    }
    return found
  }

  test('every text column is decided on: it is of a person, or it is not', async () => {
    const undecided = (await textColumns())
      .filter(({ table }) => !['change', 'account'].includes(table))
      .map(({ table, column }) => [`${table}.${column}`, column] as const)
      .filter(
        ([full, column]) =>
          !(full in PERSONAL_COLUMNS) &&
          !(column in PERSONAL_COLUMNS) &&
          !WITHOUT_PERSONS.has(column) &&
          !WITHOUT_PERSONS_HERE.includes(full) &&
          !OF_RULES.includes(full),
      )
    expect(undecided.map(([full]) => full)).toEqual([])
  })

  test('everything of the person is exported, without secrets', async () => {
    const { tables } = await personalDataOf(database.source.manager, NAME)
    expect(Object.keys(tables).toSorted()).toEqual([
      'account',
      'api_key',
      'change',
      'device',
      'probe_flag',
      'roster_entry',
      'session',
      'site',
    ])
    expect(tables['change']!.length).toBeGreaterThanOrEqual(3)
    expect(JSON.stringify(tables)).not.toMatch(/password_hash|token_hash|key_hash|argon2/)
    expect((await personalDataOf(database.source.manager, 'Nobody')).tables).toEqual({})
  })

  test('nothing of the person remains after the erasure, the evidence does, and the log is whole', async () => {
    expect(await columnsWith(NAME)).toEqual(
      expect.arrayContaining([
        'account.name',
        'change.author',
        'change.detail',
        'probe_flag.author',
        'probe_flag.comment',
        'session.account_name',
      ]),
    )
    const [device] = await database.source.query('SELECT id FROM device')
    const counts = async () =>
      (
        await database.source.query(
          'SELECT (SELECT count(*) FROM change) AS log, (SELECT count(*) FROM probe_flag) AS flags',
        )
      )[0]
    const before = await counts()
    const result = await erase({ devices: [device.id], comment: `Leïla B. asked for it` })
    expect(result).toMatchObject({ pseudonym: expect.stringMatching(/^erased [0-9a-f]{10}$/) })
    expect(await columnsWith(NAME)).toEqual([])
    expect(await counts()).toEqual({ ...before, log: String(Number(before.log) + 1) })
    const { pseudonym } = result as { pseudonym: string }
    const [flag] = await database.source.query('SELECT author, comment FROM probe_flag')
    expect(flag).toEqual({ author: pseudonym, comment: `${pseudonym} saw the antenna; LeïlaB stays` })
    const [stands] = await database.source.query('SELECT revoked_at, last_lat, recent_probes FROM device')
    expect(stands).toMatchObject({ revoked_at: expect.any(Date), last_lat: null, recent_probes: null })
    const { faults, redacted } = await verifyLog(database.source)
    expect({ faults, isRedacted: redacted >= 3 }).toEqual({ faults: [], isRedacted: true })
  })

  test('a row that somebody else rewrites under the name of an erasure is found', async () => {
    await database.source.query(
      `UPDATE change SET author = 'omar', redacted_by = (SELECT max(id) FROM change WHERE action = 'erase person')
       WHERE id = (SELECT min(id) FROM change WHERE redacted_by IS NULL)`,
    )
    expect((await verifyLog(database.source)).faults).toMatchObject([
      { reason: expect.stringMatching(/^\d+ rows were redacted by this erasure, which says \d+$/) },
    ])
  })

  test('nobody erases who is not there, oneself, or the last administrator', async () => {
    expect(await erase()).toEqual({ refused: 'unknown' })
    expect(await erase({ name: 'admin' })).toEqual({ refused: 'oneself' })
    expect(await erase({ name: 'admin', author: 'cli:root' })).toEqual({ refused: 'last administrator' })
  })

  test('rejected records leave when their time is over', async () => {
    await database.source.query(
      `INSERT INTO quarantine (digest, received_at, reason, document) VALUES ('\\x01', now() - interval '366 days', 'r', '{}'), ('\\x02', now(), 'r', '{}')`,
    )
    expect(await removeOutdated(database.source.manager, new Date())).toEqual({ quarantine: 1, documents: 0 })
    expect(await removeOutdated(database.source.manager, new Date(Date.now() + 366 * DAY_MS))).toMatchObject({
      quarantine: 1,
    })
  })
})

/** Documents of our own programs and of rules. */
const OF_RULES = [
  'rule.definition',
  'versioned_document.definition',
  'run.roster',
  'plan_finding.evidence',
  'zone_event.became',
  'presence_model.coefficients',
  'device.recent_probes',
  'probe.flags',
  // What the tool of a device said besides: evidence, public to nobody, of a device and not of a person.
  'probe.raw',
  'test_token.used',
  'roster_entry.technologies',
  'roster_entry.region_codes',
  'verdict.untried',
]

async function fill({ source }: TestDatabase): Promise<void> {
  const db = source.manager
  const passwordHash = await hashPassword('a password of the tests')
  for (const [name, role] of [
    [NAME, 'planner'],
    ['admin', 'administrator'],
  ] as const)
    await insertAccount(db, { name, role, mustChangePassword: false, passwordHash }, 'admin')
  await source.query(
    `INSERT INTO session (token_hash, account_name, expires_at) VALUES ('\\x01', $1, now() + interval '1 hour')`,
    [NAME],
  )
  await addApiKey(source, { name: 'Leïla B. report', role: 'analyst', operator: null, days: 3 }, NAME)
  const site = {
    code: 'S1',
    name: 'École',
    type: 'school' as const,
    communeCode: '01.051.01.01',
    lat: 35.24,
    lng: -3.93,
  }
  await upsertSites(db, [site], { author: NAME, simulated: false })
  const device = await insertDevice(db, 'S1', sha256('another token'), NAME)
  await source.query(
    'UPDATE device SET last_lat = 35, last_lng = -4, last_position_at = now() WHERE id = $1',
    [device],
  )
  const entry = { operator: 'iam', technologies: ['4g' as const], regionCodes: null, from: null, to: null }
  await addRosterEntry(
    source,
    { ...entry, source: 'licence', isAssumption: false },
    { author: NAME, comment: `as ${NAME.toUpperCase()} said` },
  )
  await source.query(
    `INSERT INTO probe_flag (cell, probe_id, flag, counted, author, comment) VALUES (1, gen_random_uuid(), 'implausible', false, $1, $2)`,
    [NAME, `${NAME} saw the antenna; LeïlaB stays`],
  )
  await recordChange(db, 'admin', 'add account', NAME, { role: 'planner', invited: [NAME] })
  await recordChange(db, NAME, 'save site', 'S1', { before: null, after: { name: 'École', createdBy: NAME } })
  await recordEvent(db, {
    kind: 'sign_in',
    author: NAME,
    action: 'sign in',
    subject: NAME,
    detail: { address: '203.0.113.9' },
  })
}
