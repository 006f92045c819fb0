/** The reason for refusing an uploaded file, as the body of an exception. */
import type { UnreadableFileError } from '#formats/file'
import { refusal } from '../problem.js'

export const EMPTY_BODY = 'the body is empty: send the file itself'

export const fileRefusal = ({ message, code, fields }: UnreadableFileError) =>
  refusal(code ? `file_${code}` : 'file_unread', message, fields)
