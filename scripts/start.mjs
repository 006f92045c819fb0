/** `npm start`: one process, so that Ctrl-C reaches it. */
import { ready } from './ready.mjs'

ready()
await import('../dist/apps/main.js')
