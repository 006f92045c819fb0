import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  // `#domain` from its source: the page judges by the server's own rules.
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: '../dist/web', emptyOutDir: true, target: 'es2022' },
})
