/** `npm run bench -- [NAME …]`: measures speed against a PostgreSQL of its own. */
import { prepareCheckout } from './ready.mjs'
import { ensureSystemPackages } from './system-packages.mjs'

prepareCheckout()
ensureSystemPackages()
await import('../dist/test/bench/main.js')
