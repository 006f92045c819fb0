/** `npm run bench -- [NAME …]`: against a PostgreSQL of its own. */
import { ready } from './ready.mjs'
import { needSystemPackages } from './system-packages.mjs'

ready()
needSystemPackages()
await import('../dist/test/bench/main.js')
