import { defineConfig } from 'vitest/config'
import { LastLine } from './test/support/last-line.js'

// Only what Vite does not add by itself: 'import' named here would reach CommonJS packages too.
const conditions = ['source', 'node']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Nest, TypeORM and class-validator read the types that decorators leave behind.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', new LastLine()],
  },
})
