/** A whole database in one file, and back: made while the observatory runs, checked when it is restored. */
export { BackupError } from './backup-error.js'
export { backUp } from './back-up.js'
export { restore } from './restore.js'
export type { Manifest } from './manifest.js'
