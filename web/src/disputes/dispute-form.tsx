/** What the two forms of a dispute have alike: its files, and their greatest size. */
import { DISPUTE_LIMITS } from '#domain/dispute'
import { Field } from '../form/field.js'
import type { Localizer } from '../language/language.js'
import { WORDS } from './words.js'

const FILES_FIELD = 'documents'
const FILE_ENDINGS = '.pdf,.png,.jpg,.jpeg,.csv'

export function FilesField({ words }: { words: Localizer }) {
  const label = words.translatorOf(WORDS)('files')
  return <Field label={label} type="file" name={FILES_FIELD} multiple accept={FILE_ENDINGS} />
}

/** The files that were chosen: for a field without any, a browser sends an empty one. */
export const filesOf = (fields: FormData): File[] =>
  fields.getAll(FILES_FIELD).filter((file): file is File => file instanceof File && file.size > 0)

/** Names a file that is too large, because the server would receive all of it before it refused it. */
export function largeFileText(words: Localizer, fields: FormData): string {
  const large = filesOf(fields).find(({ size }) => size > DISPUTE_LIMITS.documentBytes)
  return large ? words.translatorOf(WORDS)('tooLarge', { name: large.name }) : ''
}
