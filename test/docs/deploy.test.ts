/** The files of an installation are what their programs accept, where those are installed; and the units give nothing away. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

const UNITS = [
  'taghtiya.service',
  'taghtiya-worker.service',
  'taghtiya-agent.service',
  'taghtiya-backup.service',
]
const folder = mkdtempSync(join(tmpdir(), 'taghtiya-deploy-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a program; null where it is not installed, which is said. */
function run(program: string, args: string[]) {
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (!error) return { status, text: stdout + stderr }
  console.log(`skipped: ${program} is not installed`)
  return null
}

describe.each(UNITS)('%s', (unit) => {
  const path = `docs/deploy/${unit}`
  const text = readFileSync(path, 'utf8')

  test('starts a program of the build or of the scripts as a user without rights', () => {
    const [, program] = /^ExecStart=\/usr\/bin\/node \/opt\/taghtiya\/(\S+)/m.exec(text)!
    const source = program!.replace(/^dist\/(.*)\.js$/, '$1.ts')
    expect(existsSync(source)).toBe(true)
    for (const line of [
      'User=taghtiya',
      'NoNewPrivileges=true',
      'CapabilityBoundingSet=',
      'ProtectSystem=strict',
      'ProtectHome=true',
      'PrivateDevices=true',
      'SystemCallFilter=@system-service',
    ])
      expect(text.split('\n')).toContain(line)
  })

  test('is accepted by systemd, which finds little that it exposes', () => {
    const verified = run('systemd-analyze', ['verify', path])
    if (!verified) return
    // The program is not in its place on this machine.
    expect(
      verified.text
        .split('\n')
        .filter((line) => line && !/is not executable|Command .* (not found|failed)/.test(line)),
    ).toEqual([])
    const { text: judged } = run('systemd-analyze', ['security', '--offline=true', path])!
    const [, exposure] = /Overall exposure level.*: ([\d.]+)/.exec(judged) ?? []
    expect(Number(exposure)).toBeLessThan(2.5)
  })
})

test('nginx accepts its file, with a certificate in its place', () => {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const made = run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    '-days',
    '2',
    '-subj',
    '/CN=obs.example.ma',
  ])
  if (!made) return
  const site = readFileSync('docs/deploy/nginx.conf', 'utf8')
  expect(site).toMatch(/ssl_protocols +TLSv1\.2 TLSv1\.3;/)
  const file = join(folder, 'site.conf')
  writeFileSync(
    file,
    site.replace('/etc/ssl/certs/taghtiya.pem', cert).replace('/etc/ssl/private/taghtiya.key', key),
  )
  const main = join(folder, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  writeFileSync(
    main,
    `pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${temporary.join(' ')} include ${file}; }`,
  )
  const tested = run('nginx', ['-t', '-p', folder, '-c', main])
  if (tested) expect(tested).toMatchObject({ status: 0, text: expect.stringContaining('test is successful') })
})

test('Caddy accepts its file', () => {
  const tested = run('caddy', ['validate', '--adapter', 'caddyfile', '--config', 'docs/deploy/Caddyfile'])
  if (tested)
    expect(tested).toMatchObject({ status: 0, text: expect.stringContaining('Valid configuration') })
})
