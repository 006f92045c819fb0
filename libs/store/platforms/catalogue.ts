/** Versions of the catalogue of platforms. */
import { type PlatformCatalogue, SHIPPED_CATALOGUE } from '#domain/platform'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import {
  type DocumentVersion,
  type DocumentWrite,
  currentDocument,
  listDocuments,
  saveDocument,
  seedDocument,
} from './documents.js'

export interface CatalogueVersion extends PlatformCatalogue, DocumentVersion {}

const KIND = 'platforms'

const catalogueOf = ({
  definition,
  ...version
}: DocumentVersion & { definition: PlatformCatalogue }): CatalogueVersion => ({
  ...version,
  evidence: definition.evidence,
  platforms: definition.platforms,
})

/** The newest version, which is in force. The database was prepared, so there is one. */
export async function currentCatalogue(db: Queryable): Promise<CatalogueVersion> {
  return catalogueOf((await currentDocument<PlatformCatalogue>(db, KIND))!)
}

/** The versions before one of them, newest first. */
export async function listCatalogues(
  db: Queryable,
  page: { before: number; limit: number },
): Promise<CatalogueVersion[]> {
  return (await listDocuments<PlatformCatalogue>(db, KIND, page)).map(catalogueOf)
}

/** Writes a catalogue that was checked as a new version; `current` is the newest one, where it is not the one that the author read. */
export async function saveCatalogue(
  source: DataSource,
  { evidence, platforms }: PlatformCatalogue,
  write: DocumentWrite,
): Promise<{ saved: CatalogueVersion } | { current: number }> {
  const result = await saveDocument(source, KIND, { evidence, platforms }, write)
  return 'saved' in result ? { saved: catalogueOf(result.saved) } : result
}

/** Writes the shipped catalogue where there is none. */
export const seedShippedCatalogue = (source: DataSource): Promise<void> =>
  seedDocument(source, KIND, SHIPPED_CATALOGUE)
