/** `npm run taghtiya -- <command>`. */
import { prepareCheckout } from './ready.mjs'

prepareCheckout()
await import('../dist/apps/cli/main.js')
