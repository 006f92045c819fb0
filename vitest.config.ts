import { defineConfig } from 'vitest/config'
import { LastLine } from './test/support/last-line.js'

// Only what Vite does not add by itself: 'import' named here would reach CommonJS packages too.
const conditions = ['source', 'node']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Where the global setup runs; without its own conditions it would take the compiled code of the last build.
  environments: { __vitest__: { resolve: { conditions } } },
  // Nest, TypeORM and class-validator read the types that decorators leave behind.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A page on a busy machine: the default of a second says more of the machine than of the page.
    expect: { poll: { timeout: 20_000 } },
    // Without the summary that rewrites itself, a log stays readable.
    reporters: [['default', { summary: !process.env.CI }], new LastLine()],
  },
})
