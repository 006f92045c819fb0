/** `secrets rotate|discard`: the key with which secrets are sealed in the database. */
import { KeyFile, discardSecrets, rotateSecrets } from '#store/secrets'
import type { DataSource } from 'typeorm'
import { type Output, UsageError } from './output.js'

interface SecretsOptions {
  source: DataSource
  author: string
  output: Output
  /** Path of the file with the keys. */
  keyFile: string
}

/** True when the action was done. */
export async function runSecrets(action: string | undefined, options: SecretsOptions): Promise<boolean> {
  const { source, author, output, keyFile } = options
  const file = new KeyFile(keyFile)
  if (action === 'rotate') {
    const rotation = await rotateSecrets(source, file, author)
    const { key, secrets, dropped } = rotation
    output.result(
      [`secrets sealed with the new key ${key}: ${secrets}; dropped from ${keyFile}: ${dropped.join(', ')}`],
      rotation,
    )
    return true
  }
  if (action === 'discard') {
    const discarded = await discardSecrets(source, file, author)
    const { secondFactors, subscriptions } = discarded
    output.result(
      [
        `authenticator apps removed, for their owners to set up again: ${secondFactors}`,
        `subscriptions paused, to be given a new secret and resumed: ${subscriptions}`,
      ],
      discarded,
    )
    return true
  }
  throw new UsageError('unknown or missing action; expected one of: rotate, discard')
}
