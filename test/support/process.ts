/** Starts the built server in a separate process, as `npm start` does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface RunningServer {
  url: string
  process: ChildProcess
  /** Resolves to the exit code, or to the name of the signal. */
  ended: Promise<number | string>
}

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } }
/** Arguments of `npm start`, without its check that everything is built. */
const START = scripts.start.replace('scripts/start.mjs', 'dist/apps/main.js')

export async function startServer(env: Record<string, string | undefined>): Promise<RunningServer> {
  const child = spawn('/bin/sh', ['-c', START], {
    env: { ...process.env, DEMO: 'off', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | string>((done) =>
    child.once('exit', (code, signal) => done(code ?? signal!)),
  )
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const url = await new Promise<string>((ready, failed) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const found = /Taghtiya is ready: (\S+)/.exec(chunk.toString())
      if (found) ready(found[1]!)
    })
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}: ${said}`)))
  })
  return { url, process: child, ended }
}

/** Runs a command of the built CLI. */
export async function runCli(
  env: Record<string, string | undefined>,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, ['dist/apps/cli/main.js', ...args], {
    env: { ...process.env, ...env },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const code = await new Promise<number>((done) => child.once('close', (c) => done(c ?? -1)))
  return { code, out, err }
}
