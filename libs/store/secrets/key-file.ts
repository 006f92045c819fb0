/**
 * The file with the keys of the secrets: one key a line in base64, the newest first. Several processes and machines use the same
 * file; it is replaced as a whole.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { KEY_BYTES, SecretsError, type SecretKey, newSecretKey, secretKeyOf } from './sealing.js'

const HEADER =
  '# Keys of the secrets of a Taghtiya database. Keep a copy apart from the copies of the database.'

export class KeyFile {
  /** Keys that were read before. One that was dropped meanwhile may still be needed for a row that was read earlier. */
  private readonly read = new Map<string, SecretKey>()

  constructor(readonly path: string) {}

  /** The keys, newest first; empty where the file does not exist. Throws SecretsError where it cannot be read. */
  keys(): SecretKey[] {
    const keys = parseKeys(this.path, this.text())
    for (const key of keys) this.read.set(key.id, key)
    return keys
  }

  /** The newest key, with which secrets are sealed. The file is read each time: another process may have changed it. */
  newest(): SecretKey {
    const [key] = this.keys()
    if (!key) throw new SecretsError(`the key file ${this.path} does not exist or is empty`)
    return key
  }

  find(id: string): SecretKey | undefined {
    return this.read.get(id) ?? this.keys().find((key) => key.id === id)
  }

  /** Makes the file with a new key, unless another process has made it meanwhile. */
  create(): void {
    this.through(
      [newSecretKey()],
      (draft) => linkSync(draft, this.path),
      (code) => code === 'EEXIST',
    )
  }

  /** Replaces the keys, newest first. */
  replace(keys: readonly SecretKey[]): void {
    this.through(keys, (draft) => renameSync(draft, this.path))
  }

  private text(): string {
    try {
      return readFileSync(this.path, 'utf8')
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return ''
      throw new SecretsError(`the key file ${this.path} cannot be read: ${message}`)
    }
  }

  /** Writes a draft beside the file, so that nobody ever reads half a file, and puts it in its place. */
  private through(
    keys: readonly SecretKey[],
    place: (draft: string) => void,
    isHarmless: (code: string | undefined) => boolean = () => false,
  ): void {
    const draft = `${this.path}.${randomBytes(6).toString('hex')}`
    const lines = [HEADER, ...keys.map(({ bytes }) => bytes.toString('base64')), '']
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
      writeFileSync(draft, lines.join('\n'), { mode: 0o600, flag: 'wx', flush: true })
      place(draft)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (!isHarmless(code)) throw new SecretsError(`the key file ${this.path} cannot be written: ${message}`)
    } finally {
      rmSync(draft, { force: true })
    }
  }
}

function parseKeys(path: string, text: string): SecretKey[] {
  return text.split('\n').flatMap((line, index) => {
    const entry = line.trim()
    if (entry === '' || entry.startsWith('#')) return []
    const bytes = Buffer.from(entry, 'base64')
    if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== entry)
      throw new SecretsError(
        `line ${index + 1} of the key file ${path} is no key: it must be ${KEY_BYTES} bytes in base64`,
      )
    return [secretKeyOf(bytes)]
  })
}
