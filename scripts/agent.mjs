/** `npm run agent -- <command>`. */
import { prepareCheckout } from './ready.mjs'

prepareCheckout()
await import('../dist/apps/agent/main.js')
