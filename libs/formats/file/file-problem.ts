/** What people meet most, for those who say it in another language; `fields` are what it speaks of. */
interface FileErrorDetails {
  code?: 'empty' | 'columns' | 'encoding' | 'old_office' | 'not_json'
  fields?: Record<string, string>
}

/** A file that cannot be read at all: the message is for the person who chose the file. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError'
  readonly code: FileErrorDetails['code']
  readonly fields: Record<string, string>

  /** `file` is the file's name as the person knows it, when there is one. */
  constructor(
    reason: string,
    file?: string,
    { code, fields = {}, ...options }: ErrorOptions & FileErrorDetails = {},
  ) {
    super(file ? `${file}: ${reason}` : reason, options)
    this.code = code
    this.fields = fields
  }
}
