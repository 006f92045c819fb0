import { csvTable } from '#formats/export'
import { type LogRow, type LogVerification, listLog, sealedRows, verifyLog } from '#store/audit'
import { Controller, Get, Header, Query, Res, UnprocessableEntityException } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { Readable } from 'node:stream'
import { DataSource } from 'typeorm'
import { BatchSource } from '../batch-source.js'
import { CSV_MEDIA_TYPE, NDJSON_MEDIA_TYPE } from '../http/media-types.js'
import { DEFAULT_LIMIT, type Page, decodeCursor, pageOf } from '../http/page.dto.js'
import { RequireRight } from '../people/route-rights.js'
import { LogFilterQuery, LogQuery, VerificationQuery } from './log.dto.js'

/** Rows of the table, which is built in memory. All rows are in the file of entries. */
const MAX_TABLE_ROWS = 50_000
const NEWEST = '9223372036854775807'

/** The log: who did what, and when. It only grows, and each row is sealed with the hash of all before it. */
@ApiTags('log')
@Controller('api/v1/log')
export class LogController {
  constructor(
    private readonly source: DataSource,
    private readonly batch: BatchSource,
  ) {}

  /** Events, newest first. */
  @Get()
  @RequireRight('read the log')
  async list(@Query() { limit = DEFAULT_LIMIT, cursor, ...filter }: LogQuery): Promise<Page<LogRow>> {
    const before = decodeCursor(cursor, /^\d{1,18}$/, NEWEST)
    const items = await listLog(this.source.manager, filter, { before, limit })
    return pageOf(items, limit, ({ id }) => id)
  }

  /** The events as a CSV table, with the same filters as the list. */
  @Get('table.csv')
  @RequireRight('read the log')
  @Header('content-type', CSV_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="log.csv"')
  async csv(@Query() filter: LogFilterQuery): Promise<string> {
    const rows = await listLog(this.batch.source.manager, filter, {
      before: NEWEST,
      limit: MAX_TABLE_ROWS + 1,
    })
    if (rows.length > MAX_TABLE_ROWS)
      throw new UnprocessableEntityException(
        `the table would have more than ${MAX_TABLE_ROWS} rows: choose a shorter time, or read entries.ndjson`,
      )
    return csvTable({ columns: COLUMNS, rows: rows.map(cellsOf) })
  }

  /**
   * The whole log with its seals, one JSON document on each line. `contentHash` is SHA-256 of the salt and the bytes of `row`, `hash`
   * is SHA-256 of the hash before it and of `contentHash`, so that the file can be checked without this server.
   */
  @Get('entries.ndjson')
  @RequireRight('read the log')
  @ApiOkResponse({ content: { [NDJSON_MEDIA_TYPE]: { schema: { type: 'string' } } } })
  entries(@Res() reply: FastifyReply): void {
    void reply
      .header('content-type', NDJSON_MEDIA_TYPE)
      .header('content-disposition', 'attachment; filename="log.ndjson"')
      .send(Readable.from(this.lines(), { objectMode: false }))
  }

  /** Verifies that no row of the log was changed or removed. It reads the whole log. */
  @Get('verification')
  @RequireRight('read the log')
  async verification(@Query() { expect }: VerificationQuery): Promise<LogVerification> {
    const [seq, hash] = expect?.split(':') ?? []
    return verifyLog(this.batch.source, seq && hash ? { seq, hash } : null)
  }

  private async *lines(): AsyncGenerator<string> {
    for await (const row of sealedRows(this.batch.source.manager)) yield `${JSON.stringify(row)}\n`
  }
}

const COLUMNS = ['id', 'at', 'kind', 'author', 'action', 'subject', 'detail', 'redacted']

const cellsOf = ({ id, at, kind, author, action, subject, detail, isRedacted }: LogRow): string[] => [
  id,
  at.toISOString(),
  kind,
  author,
  action,
  subject,
  detail === null ? '' : JSON.stringify(detail),
  String(isRedacted),
]
