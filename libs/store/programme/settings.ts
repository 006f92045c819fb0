/** Versions of the programme's settings: targets, required platforms, days of silence. */
import { type ProgrammeSettings, SHIPPED_SETTINGS } from '#domain/programme'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import {
  type DocumentVersion,
  type DocumentWrite,
  currentDocument,
  listDocuments,
  saveDocument,
  seedDocument,
} from '../platforms/documents.js'

export interface SettingsVersion extends ProgrammeSettings, DocumentVersion {}

const KIND = 'programme'

const settingsOf = ({
  definition,
  ...version
}: DocumentVersion & { definition: ProgrammeSettings }): SettingsVersion => ({ ...version, ...definition })

/** The newest version, which is in force. The database was prepared, so there is one. */
export async function currentSettings(db: Queryable): Promise<SettingsVersion> {
  return settingsOf((await currentDocument<ProgrammeSettings>(db, KIND))!)
}

/** The versions before one of them, newest first. */
export async function listSettings(
  db: Queryable,
  page: { before: number; limit: number },
): Promise<SettingsVersion[]> {
  return (await listDocuments<ProgrammeSettings>(db, KIND, page)).map(settingsOf)
}

/** Writes settings that were checked as a new version; `current` is the newest one, where it is not the one that the author read. */
export async function saveSettings(
  source: DataSource,
  { targets, requiredPlatforms, followUp }: ProgrammeSettings,
  write: DocumentWrite,
): Promise<{ saved: SettingsVersion } | { current: number }> {
  const result = await saveDocument(source, KIND, { targets, requiredPlatforms, followUp }, write)
  return 'saved' in result ? { saved: settingsOf(result.saved) } : result
}

/** Writes the shipped settings where there are none. */
export const seedShippedSettings = (source: DataSource): Promise<void> =>
  seedDocument(source, KIND, SHIPPED_SETTINGS)
