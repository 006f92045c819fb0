/** `npm run agent -- <command>`. */
import { ready } from './ready.mjs'

ready()
await import('../dist/apps/agent/main.js')
