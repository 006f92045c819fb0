/** A file of the roster goes in: entries that stand already are left, the others are added. */
import type { RosterEntry } from '#domain/roster'
import type { DataSource } from 'typeorm'
import { recordChange } from '../people/changes.js'
import {
  type RosterAuthor,
  type RosterFieldRejection,
  changeRoster,
  fieldRejectionsOf,
  insertRosterEntry,
} from './change-roster.js'
import { listRoster } from './roster.js'

/** An entry of a file. */
export interface RosterImportRow {
  line: number
  entry: RosterEntry
  comment: string | null
}

/** A field of a line that is refused. */
export interface RosterRowRejection extends RosterFieldRejection {
  line: number
  /** The operator of the line. */
  code: string
}

export interface RosterImport {
  /** The entries that were added, or with `preview` would be. */
  added: RosterEntry[]
  unchanged: number
  refused: RosterRowRejection[]
}

export interface RosterImportOptions extends RosterAuthor {
  /** Name of the file. */
  file: string
  /** Writes nothing. */
  preview: boolean
}

/** Each line is judged beside what stands and the lines before it. All that is not refused is written in one transaction. */
export async function importRoster(
  source: DataSource,
  rows: readonly RosterImportRow[],
  { author, comment, file, preview }: RosterImportOptions,
): Promise<RosterImport> {
  return changeRoster(source, async (tx) => {
    const roster: RosterEntry[] = await listRoster(tx)
    const outcome: RosterImport = { added: [], unchanged: 0, refused: [] }
    for (const { line, entry, comment: ownComment } of rows) {
      if (roster.some((other) => isSameEntry(other, entry))) {
        outcome.unchanged++
        continue
      }
      const rejections = fieldRejectionsOf(entry, roster)
      outcome.refused.push(...rejections.map((rejection) => ({ line, code: entry.operator, ...rejection })))
      if (rejections.length > 0) continue
      roster.push(entry)
      outcome.added.push(entry)
      if (!preview) await insertRosterEntry(tx, entry, { author, comment: ownComment ?? comment })
    }
    const added = outcome.added.length
    if (!preview && added > 0)
      await recordChange(tx, author, 'import roster', `${added} entries`, { added, file, comment })
    return outcome
  })
}

const isSameEntry = (a: RosterEntry, b: RosterEntry): boolean => entryKey(a) === entryKey(b)

/** All that an entry says; the order of its technologies and regions says nothing. */
const entryKey = ({
  operator,
  technologies,
  regionCodes,
  from,
  to,
  source,
  isAssumption,
}: RosterEntry): string =>
  JSON.stringify([
    operator,
    [...technologies].sort(),
    regionCodes && [...regionCodes].sort(),
    from,
    to,
    source,
    isAssumption,
  ])
