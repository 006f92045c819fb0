/** `npm run taghtiya -- <command>`. Exit code 0: done; 1: failed or rejected in part; 2: wrong usage. */
import { type Config, ConfigError, loadConfig } from '#config'
import type { Rule } from '#domain/rule'
import { prepareDatabase } from '#setup'
import { openDatabase } from '#store/database'
import { ROLES, recordChange } from '#store/people'
import { SecretsError } from '#store/secrets'
import { FutureKnownBeforeError, classifyAll, findRule, listRules } from '#store/runs'
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import type { DataSource } from 'typeorm'
import { runAudit } from './audit.js'
import { runBackup, runRestore } from './backup.js'
import { runCalibrate } from './calibrate.js'
import { runDevice } from './device.js'
import { doctor } from './doctor.js'
import { runExport, verifyExport } from './export.js'
import { runImport } from './import.js'
import { runKey } from './keys.js'
import { runPerson } from './person.js'
import { runRoster } from './roster.js'
import { runSecrets } from './secrets.js'
import { runUser } from './user.js'
import { CommandError, type Output, UsageError, outputFor } from './output.js'

const USAGE = `npm run taghtiya -- <command>
  import areas FILE [--vintage YEAR]   GeoJSON, TopoJSON, GeoPackage, zipped shapefile or KML, any level
  import localities FILE               a table (CSV, XLSX, ODS) or points of a file as above
  import sites FILE                    the same
  import lines FILE [--preview]        lines of sites: operator, contract, days of survey, contract, installation
  import declared FILE [--operator O] [--date D]   a table or shapes: what is covered now
  import planned FILE [--operator O] [--date D]    the same: what is promised by a date
  import plan FILE [--preview]         a table or shapes: who builds what, where and by when (docs/plan.md)
  import probes FILE [--site CODE] [--operator O] [--technology T] [--format F] [--unit U] [--loss-unit percent|ratio]
      [--measured-at D] [--preview]    results of any speed test: JSON, NDJSON or a table
                                       all take [--sheet NAME] [--crs EPSG:26191] [--decimal comma|point]; .gz and .zip too
  roster list [--at D] [--known-before D] [--history]
                                       the operators that may serve the country (docs/roster.md)
  roster add --operator O --technology T,T --source TEXT [--region CODE,CODE] [--from D] [--to D] [--assumption]
  roster end ID --to D
  roster withdraw ID                   all three take --comment TEXT, the reason
  roster import FILE [--preview] [--comment TEXT]   a table or JSON
  classify [--rule R] [--from D] [--to D] [--known-before D] [--full]
                                       --full judges every cell again, to check: same verdicts, slower
  calibrate [--rule R]                 fits the priors of operators that nobody tried, on the rule's newest run
  export COLLECTION --format F --out FILE [--rule R | --run ID]
                                       csv, geojson, ndjson, fgb or parquet; FILE.datapackage.json describes it
  export verify FILE                   checks FILE against its description, to the byte
  device list [--site TEXT]
  device add --site CODE               prints the token once
  device rename ID [--name TEXT] | rotate ID | revoke ID
  device replace ID                    for a lost phone: revokes it, and prints the token of its replacement
  user list
  user add --name N --role R [--operator O] [--areas CODE,CODE] [--link]
                                       prints the one-time password, or with --link the address at which the
                                       person sets one; R: ${ROLES.join(', ')}
  user change --name N --role R [--operator O] [--areas CODE,CODE|all]
                                       --areas binds to regions, provinces, communes (docs/people.md)
  user disable | enable | remove --name N
  user reset --name N [--link]         for a lost password: as user add
  user reset-factor --name N           removes a lost second factor
  user sign-out --name N               ends all sessions of the account
  key list                             the keys of programs, with their ends and last uses (docs/security.md)
  key add --name N --role R --days D [--operator O] [--areas CODE,CODE]
                                       prints the key once; no key has the role administrator
  key extend ID --days D
  key revoke ID
  person export NAME --out FILE        everything that is kept of a person (docs/personal-data.md)
  person erase NAME --comment TEXT [--device ID,ID]
                                       ends the account and puts a pseudonym in the place of its name everywhere
  secrets rotate                       gives the secrets in the database a new key (docs/secrets.md)
  secrets discard                      where the key is lost: drops what it sealed
  audit verify [--expect SEQ:HASH]     checks that no row of the log was changed or removed
  audit head                           the newest seal, to be noted elsewhere
  audit export --out FILE              the log with its seals, as NDJSON
  audit retain --days D                how long the log is kept
  backup --out FILE | FOLDER/          the whole database in one file, and FILE.manifest.json; the server may run
  restore FILE                         into an empty database, then compares counts and digests (docs/backup.md)
  doctor
Every command takes --json.`

const OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean' },
  vintage: { type: 'string' },
  site: { type: 'string' },
  operator: { type: 'string' },
  date: { type: 'string' },
  format: { type: 'string' },
  unit: { type: 'string' },
  'loss-unit': { type: 'string' },
  decimal: { type: 'string' },
  crs: { type: 'string' },
  sheet: { type: 'string' },
  'measured-at': { type: 'string' },
  technology: { type: 'string' },
  preview: { type: 'boolean' },
  rule: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  'known-before': { type: 'string' },
  full: { type: 'boolean' },
  name: { type: 'string' },
  role: { type: 'string' },
  link: { type: 'boolean' },
  out: { type: 'string' },
  run: { type: 'string' },
  at: { type: 'string' },
  history: { type: 'boolean' },
  region: { type: 'string' },
  source: { type: 'string' },
  assumption: { type: 'boolean' },
  comment: { type: 'string' },
  days: { type: 'string' },
  expect: { type: 'string' },
  device: { type: 'string' },
  areas: { type: 'string' },
} as const

type Values = ReturnType<typeof parse>['values']

interface CommandContext {
  config: Config
  source: DataSource
  /** The arguments that are not options; the first is the command. */
  positionals: string[]
  values: Values
  author: string
  output: Output
}

/** Each command runs and resolves to true if all of it succeeded. */
const COMMANDS: Record<string, (context: CommandContext) => Promise<boolean>> = {
  import: ({ source, positionals, values, author, output }) =>
    runImport(positionals[1], {
      source,
      file: positionals[2],
      author,
      output,
      vintage: values.vintage,
      site: values.site,
      operator: values.operator,
      date: values.date,
      format: values.format,
      unit: values.unit,
      lossUnit: values['loss-unit'],
      decimal: values.decimal,
      crs: values.crs,
      sheet: values.sheet,
      measuredAt: values['measured-at'],
      technology: values.technology,
      preview: values.preview,
    }),
  roster: ({ source, positionals, values, author, output }) =>
    runRoster(positionals[1], { source, author, output, subject: positionals[2], values }),
  classify: runClassify,
  calibrate: async ({ source, values, author, output }) =>
    runCalibrate(source, await rulesOf(source, values), { requested: values.rule, author, output }),
  export: ({ config, source, positionals, values, author, output }) =>
    positionals[1] === 'verify'
      ? verifyExport(positionals[2], output)
      : runExport({
          source,
          author,
          output,
          collection: positionals[1],
          format: values.format,
          out: values.out,
          rule: values.rule,
          run: values.run,
          licence: config.dataLicence,
        }),
  device: ({ config, source, positionals, values, author, output }) =>
    runDevice(positionals[1], {
      source,
      author,
      output,
      publicUrl: publicUrlOf(config),
      subject: positionals[2],
      values,
    }),
  user: ({ config, source, positionals, values, author, output }) =>
    runUser(positionals[1], { source, author, output, publicUrl: publicUrlOf(config), values }),
  person: ({ source, positionals, values, author, output }) =>
    runPerson(positionals[1], { source, author, output, name: positionals[2], values }),
  audit: ({ source, positionals, values, author, output }) =>
    runAudit(positionals[1], { source, author, output, values }),
  secrets: ({ config, source, positionals, author, output }) =>
    runSecrets(positionals[1], { source, author, output, keyFile: config.secretsKeyFile }),
  key: ({ source, positionals, values, author, output }) =>
    runKey(positionals[1], { source, author, output, subject: positionals[2], values }),
  backup: ({ config, source, values, author, output }) =>
    runBackup(source, { config, out: values.out, author, output }),
  doctor: ({ source, output }) => doctor(source, output),
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function dateOf(values: Values, name: 'from' | 'to' | 'known-before'): Date | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  if (!/^\d{4}-\d\d-\d\d([T ].+)?$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new UsageError(`--${name} must be a date like 2026-03-01 or 2026-03-01T09:00:00Z; it is "${text}"`)
  return new Date(text)
}

async function requireRule(source: DataSource, id: string): Promise<Rule> {
  const rule = await findRule(source.manager, id)
  if (!rule) throw new CommandError(`no rule has the id "${id}"`)
  return rule
}

/** The rule that the command names, or all. */
const rulesOf = async (source: DataSource, { rule }: Values): Promise<Rule[]> =>
  rule ? [await requireRule(source, rule)] : await listRules(source.manager)

async function runClassify({ source, values, author, output }: CommandContext): Promise<boolean> {
  const window = {
    from: dateOf(values, 'from'),
    to: dateOf(values, 'to'),
    knownBefore: dateOf(values, 'known-before'),
  }
  if (window.from && window.to && window.from >= window.to) throw new UsageError('--from must be before --to')
  const rules = await rulesOf(source, values)
  output.progress(`classifying by ${rules.map(({ id }) => id).join(', ')} …`)
  const runs = await classifyAll(source, rules, { ...window, full: values.full ?? false, author })
  for (const { id, rule } of runs)
    await recordChange(source.manager, author, 'classify', String(id), { rule, ...window })
  const lines = runs.map(
    ({ id, rule, counts: c, digest }) =>
      `run ${id}, ${rule}: ${c.white} white, ${c.grey} grey, ${c.black} black, ${c.unknown} unknown (digest ${digest.slice(0, 12)}…)`,
  )
  output.result(lines, values.rule ? runs[0] : { items: runs })
  return true
}

/** The address for links: where a proxy stands before the server it is PUBLIC_URL. */
const publicUrlOf = ({ publicUrls, host, port }: Config): string =>
  publicUrls[0] ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`

async function run(args: string[]): Promise<boolean> {
  const { values, positionals } = parse(args)
  const output = outputFor(values.json ?? false, process.stdout, process.stderr)
  const author = `cli:${userInfo().username}`
  const [name = ''] = positionals
  const command = COMMANDS[name]
  if (name === 'restore' && !values.help)
    return runRestore(positionals[1], { config: loadConfig(process.env), author, output })
  if (!command || values.help) throw new UsageError(name && !command ? `unknown command "${name}"` : '')
  const config = loadConfig(process.env)
  const database = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, purpose: 'batch' })
  try {
    await prepareDatabase(database.source, new Date(), output.progress)
    return await command({
      config,
      source: database.source,
      positionals,
      values,
      author,
      output,
    })
  } finally {
    output.progress('')
    await database.close()
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${[error.message, USAGE].filter(Boolean).join('\n\n')}\n`)
    return 2
  }
  const isExpected = [CommandError, FutureKnownBeforeError, ConfigError, SecretsError].some(
    (kind) => error instanceof kind,
  )
  process.stderr.write(
    `${isExpected ? (error as Error).message : `failed: ${String((error as Error)?.message ?? error)}`}\n`,
  )
  return 1
}

process.exitCode = await run(process.argv.slice(2)).then((isComplete) => (isComplete ? 0 : 1), exitCodeOf)
