/**
 * Who may import whom. The table in ARCHITECTURE.md says the same, which test/house/architecture.test.ts checks;
 * test/house/layers.test.ts plants a fault for every rule and sees it reported.
 */

const ANY = 'any'

/** The front door of a library, or of one of its folders: `#geo`, `#store/runs`. */
const INDEX = '^(libs/[^/]+|libs/[^/]+/[^/]+|migrations)/index\\.ts$'

/**
 * What each room below the apps may import: other rooms (by their index), npm packages, Node's own modules. Whatever
 * is not named is forbidden. `types` names packages whose types only may be used: they are handed a DataSource, they
 * do not make one.
 */
export const ROOMS = {
  'libs/domain': {},
  'libs/config': {},
  'libs/log': { packages: ['pino'] },
  'libs/geo': { rooms: ['libs/domain'], packages: ['h3-js', 'pbf'] },
  'libs/formats': {
    rooms: ['libs/domain'],
    packages: [
      'flatbuffers',
      'hyparquet-writer',
      'proj4',
      'saxes',
      'sql\\.js',
      'topojson-client',
      'write-excel-file',
    ],
    types: ['geojson', 'topojson-specification'],
    node: ['buffer', 'crypto', 'stream', 'zlib'],
  },
  'libs/processes': { packages: ['prom-client'], node: ['child_process', 'cluster'] },
  'libs/places': {
    rooms: ['libs/domain', 'libs/formats'],
    packages: ['morocco-map'],
    // createRequire: the map is JSON inside a package.
    node: ['module'],
  },
  'libs/store': {
    rooms: ['libs/domain', 'libs/geo', 'migrations'],
    packages: [
      'typeorm',
      'pg',
      'pg-copy-streams',
      'split2',
      '@electric-sql/[^/]+',
      '@node-rs/argon2',
      '@zxcvbn-ts/language-common',
      'otpauth',
      'reflect-metadata',
    ],
    node: ANY,
  },
  'libs/ingest': {
    rooms: ['libs/domain', 'libs/geo', 'libs/formats', 'libs/store'],
    packages: ['class-validator', 'class-transformer', 'reflect-metadata'],
    types: ['typeorm'],
  },
  'libs/demo': {
    rooms: ['libs/domain', 'libs/geo', 'libs/places', 'libs/ingest', 'libs/store'],
    types: ['typeorm'],
  },
  'libs/backup': {
    rooms: ['libs/store'],
    packages: ['tar'],
    types: ['typeorm'],
    node: ['child_process', 'crypto', 'fs', 'fs/promises', 'path', 'stream', 'stream/promises'],
  },
  'libs/setup': {
    rooms: ['libs/domain', 'libs/geo', 'libs/places', 'libs/store'],
    types: ['typeorm'],
    node: ['crypto'],
  },
  migrations: { packages: ['typeorm'] },
}

/**
 * What the edges may import: other rooms, where `libs` stands for every library by its index. Of the packages only those
 * of the agent are listed, because it runs on small computers.
 */
export const EDGES = {
  'apps/api': { rooms: ['libs'] },
  'apps/worker': { rooms: ['libs'] },
  'apps/cli': { rooms: ['libs'] },
  'apps/agent': { rooms: ['libs/domain'], packages: ['@m-lab/ndt7', 'ws', 'node-cron'] },
  'apps/main.ts': { rooms: ['libs', 'apps/api', 'apps/worker'] },
  web: { rooms: ['libs/domain'] },
}

const anyOf = (patterns) => `(${patterns.join('|')})`
const inPackages = (names) => `(^|/)node_modules/(@types/)?${anyOf(names)}/`
const named = (kind, room) => `${room.replace('libs/', '')}-${kind}`

function importsOf([room, { rooms = [], packages = [], types = [], node = [] }]) {
  const allowed = [`^${anyOf([room, ...rooms])}/`]
  const outside = [...packages, ...types]
  if (outside.length > 0) allowed.push(inPackages(outside))
  const anyBuiltIn = node === ANY
  // The path of a built-in is its bare name.
  if (!anyBuiltIn && node.length > 0) allowed.push(`^(node:)?${anyOf(node)}$`)
  return {
    name: named('imports', room),
    severity: 'error',
    comment: `${room} imports only what its row in ROOMS names.`,
    from: { path: `^${room}/` },
    to: { pathNot: allowed, dependencyTypesNot: anyBuiltIn ? ['core'] : [] },
  }
}

function typesOf([room, { types = [] }]) {
  if (types.length === 0) return []
  return {
    name: named('types', room),
    severity: 'error',
    comment: `${room} may use the types of ${types.join(', ')}, not the code.`,
    from: { path: `^${room}/` },
    to: { path: inPackages(types), dependencyTypesNot: ['type-only'] },
  }
}

const GENERAL = [
  {
    name: 'library-without-a-row',
    comment: 'A new library says in ROOMS what it may import.',
    from: { path: '^libs/', pathNot: `^${anyOf(Object.keys(ROOMS))}/` },
    to: {},
  },
  {
    name: 'nothing-below-knows-the-apps',
    comment: 'Nest is the edge; what lies below it runs without.',
    from: { path: '^(libs|migrations)/' },
    to: { path: ['^(apps|web|test|scripts)/', '(^|/)node_modules/@nestjs/'] },
  },
  {
    name: 'apps-stay-apart',
    comment: 'What two apps need is a library.',
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^apps/', pathNot: '^apps/$1/' },
  },
  {
    name: 'main-joins-api-and-worker',
    comment: 'apps/main.ts is the one file that may know two apps.',
    from: { path: '^apps/[^/]+$' },
    to: { path: '^apps/', pathNot: `^${anyOf(EDGES['apps/main.ts'].rooms)}/` },
  },
  {
    name: 'agent-stays-small',
    comment: 'It runs on the computer of a site: no database, no server framework.',
    from: { path: '^apps/agent/' },
    to: {
      path: ['^libs/', '(^|/)node_modules/'],
      pathNot: [`^${anyOf(EDGES['apps/agent'].rooms)}/`, inPackages(EDGES['apps/agent'].packages)],
    },
  },
  {
    name: 'library-by-its-index',
    comment: 'What the index does not show may change at any time.',
    from: { pathNot: '^(libs|test|migrations)/' },
    to: { path: '^(libs/[^/]+|migrations)/', pathNot: INDEX },
  },
  {
    name: 'sibling-by-its-index',
    comment: 'The same, from library to library.',
    from: { path: '^(libs/[^/]+|migrations)/' },
    to: { path: '^(libs/[^/]+|migrations)/', pathNot: ['^$1/', INDEX] },
  },
  {
    name: 'library-does-not-name-itself',
    comment:
      'Inside a library a file is imported by its path: by `#store/runs` the index of a folder would import itself.',
    from: { path: '^libs/([^/]+)/' },
    to: { path: '^libs/$1/', dependencyTypes: ['aliased'] },
  },
  {
    name: 'database-knows-no-noun',
    comment: 'Every folder of the store stands on libs/store/database, so it stands on none of them.',
    from: { path: '^libs/store/database/' },
    to: { path: '^libs/store/', pathNot: '^libs/store/database/' },
  },
  {
    name: 'domain-folders-have-an-order',
    comment: 'A noun of the domain stands on others or they on it, not both.',
    scope: 'folder',
    from: { path: '^libs/domain/' },
    to: { circular: true },
  },
  {
    name: 'web-bundles-domain-only',
    comment: 'The browser colours with the rule of the server, and gets nothing else of it.',
    from: { path: '^web/' },
    to: { path: '^(apps|libs|migrations)/', pathNot: `^${anyOf(EDGES.web.rooms)}/` },
  },
  {
    name: 'tests-are-imported-by-tests',
    comment: 'Only the reporter of the last line is needed outside.',
    from: { pathNot: '^(test/|vitest\\.config\\.ts$)' },
    to: { path: '^test/' },
  },
  { name: 'no-cycles', from: {}, to: { circular: true } },
  { name: 'everything-resolves', from: {}, to: { couldNotResolve: true } },
].map((rule) => ({ ...rule, severity: 'error' }))

const rows = Object.entries(ROOMS)

export default {
  forbidden: [...rows.map(importsOf), ...rows.flatMap(typesOf), ...GENERAL],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    // Imports of types are imports, too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      // `#domain` and its like lead to sources.
      conditionNames: ['source', 'import', 'require', 'node', 'types', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
}
