import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LastLine } from './test/support/last-line.js'
import { needsDatabase } from './test/support/needs-database.js'

// Only what Vite does not add by itself: 'import' named here would reach CommonJS packages too.
const conditions = ['source', 'node']

const testFiles = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join('test', name))

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Where the global setup runs; without its own conditions it would take the compiled code of the last build.
  environments: { __vitest__: { resolve: { conditions } } },
  // Nest, TypeORM and class-validator read the types that decorators leave behind.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    // Two projects: preparing a cluster and an embedded database takes half a minute, and half of the files need neither.
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: testFiles.filter((file) => !needsDatabase(file)) },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: testFiles.filter((file) => needsDatabase(file)),
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
    pool: 'forks',
    maxWorkers: 2,
    // Only a test that hangs may reach these: two busy cores take five times as long as two free ones.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // A page on a busy machine: the default of a second says more about the machine than about the page.
    expect: { poll: { timeout: 60_000 } },
    // Without the summary that rewrites itself, a log stays readable.
    reporters: [['default', { summary: !process.env.CI }], new LastLine()],
  },
})
