/** `npm start`: one process, so that Ctrl-C reaches it. */
import { prepareCheckout } from './ready.mjs'

prepareCheckout()
await import('../dist/apps/main.js')
