/** Parts shared by the two forms of a dispute: the files and their size limit. */
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

/** The chosen files. A browser sends an empty file for a field without any. */
export const filesOf = (fields: FormData): File[] =>
  fields.getAll(FILES_FIELD).filter((file): file is File => file instanceof File && file.size > 0)

/** A text that names a file over the size limit, because the server would receive all of it before refusing it. */
export function largeFileText(words: Localizer, fields: FormData): string {
  const large = filesOf(fields).find(({ size }) => size > DISPUTE_LIMITS.documentBytes)
  return large ? words.translatorOf(WORDS)('tooLarge', { name: large.name }) : ''
}
