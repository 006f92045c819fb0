/** Who may import whom: the rooms of ARCHITECTURE.md. Each rule has a planted fault in test/house/layers.test.ts. */

const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^${from}` },
  to: { pathNot: [`^${from}`, ...allowed] },
})

const lib = (name) => `^libs/${name}/index\\.ts$`
const pkg = (...names) => names.map((name) => `node_modules/${name}(/|$)`)
const NODE = '^(node:)?[a-z_/]+$'

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('domain-imports-nothing', 'libs/domain/', []),
    only('config-imports-nothing', 'libs/config/', []),
    only('geo', 'libs/geo/', [lib('domain'), ...pkg('h3-js', 'pbf')]),
    only('formats', 'libs/formats/', [
      lib('domain'),
      NODE,
      ...pkg('csv-parse', 'topojson-client', '@types/topojson-client', '@types/geojson', 'read-excel-file'),
      '^topojson-specification$',
    ]),
    only('places', 'libs/places/', [lib('domain'), lib('formats'), NODE, ...pkg('morocco-map')]),
    only('store', 'libs/store/', [
      lib('domain'),
      lib('geo'),
      '^migrations/index\\.ts$',
      NODE,
      ...pkg('typeorm', 'reflect-metadata', '@node-rs/argon2'),
    ]),
    only('ingest', 'libs/ingest/', [
      ...['domain', 'geo', 'formats', 'store'].map(lib),
      ...pkg('class-validator', 'reflect-metadata', 'typeorm'),
    ]),
    only('demo', 'libs/demo/', [
      ...['domain', 'geo', 'places', 'ingest', 'store'].map(lib),
      ...pkg('typeorm'),
    ]),
    only('setup', 'libs/setup/', [...['geo', 'places', 'store'].map(lib), NODE, ...pkg('typeorm')]),
    only('migrations', 'migrations/', pkg('typeorm')),
    {
      name: 'apps-do-not-know-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libraries-by-their-index',
      severity: 'error',
      from: { path: '^(apps|web|test|migrations)/' },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/index\\.ts$' },
    },
    {
      name: 'web-knows-only-the-domain',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(apps|libs|migrations|test)/', pathNot: lib('domain') },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^(test/|vitest\\.config\\.ts$)' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs'],
    },
  },
}
