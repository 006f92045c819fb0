/** `npm run taghtiya -- <command>`. */
import { ready } from './ready.mjs'

ready()
await import('../dist/apps/cli/main.js')
