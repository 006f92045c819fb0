/** Seals and opens the secrets that the server needs as they are: those of authenticator apps and of webhooks. */
import type { Queryable } from '../database/database.js'
import { shareLock } from '../database/locks.js'
import { queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'
import type { KeyFile } from './key-file.js'
import { type SealedPlace, SecretsError, seal, sealingKeyIdOf, unseal } from './sealing.js'

export class Secrets {
  constructor(private readonly file: KeyFile) {}

  /** Seals a text for a row that the same transaction writes: keys do not change before it ends. */
  async seal(tx: Queryable, text: string, place: SealedPlace): Promise<string> {
    await shareLock(tx, 'secrets')
    const key = this.file.newest()
    await queryRows(tx, sql`INSERT INTO secret_key (id) VALUES (${key.id}) ON CONFLICT DO NOTHING`)
    return seal(key, text, place)
  }

  /** Opens a stored text. Throws SecretsError where its key is missing, or where it is not what was sealed for this place. */
  open(stored: string, place: SealedPlace): string {
    const id = sealingKeyIdOf(stored)
    if (id === null)
      throw new SecretsError(
        `${place.table}.${place.column} of "${place.row}" is not sealed: start the server again`,
      )
    const key = this.file.find(id)
    if (!key)
      throw new SecretsError(`the key ${id} of ${place.table}.${place.column} is not in ${this.file.path}`)
    return unseal(key, stored, place)
  }
}
