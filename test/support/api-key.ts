import { type ApiKeyRow, type NewApiKey, addApiKey } from '#store/keys'
import type { TestDatabase } from './database.js'

/** Makes a key whose name is free and whose areas exist. */
export async function madeKey(
  { source }: Pick<TestDatabase, 'source'>,
  key: NewApiKey,
  author = 'test',
): Promise<{ row: ApiKeyRow; key: string }> {
  const added = await addApiKey(source, key, author)
  if (!added || 'unknownAreas' in added) throw new Error(`the key ${key.name} was not made`)
  return added
}
