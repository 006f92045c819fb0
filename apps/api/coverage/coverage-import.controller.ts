import { operatorOf } from '#domain/operator'
import { UnreadableFileError } from '#formats/file'
import type { RowRejection } from '#formats/fields'
import { judgeCoverage } from '#ingest'
import { type CoverageImport, importCoverage } from '#store/coverage'
import type { Account } from '#store/people'
import { Controller, HttpCode, Post, Query, Req, UnprocessableEntityException } from '@nestjs/common'
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { BatchSource } from '../batch-source.js'
import { drain, limitBytes } from '../http/bodies/bodies.js'
import { fileOptionsOf } from '../http/files/file-options.dto.js'
import { EMPTY_BODY, fileRefusal } from '../http/files/file-refusal.js'
import { refusal } from '../http/problem.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { FileReader } from '../reading/file-reader.js'
import { CoverageImportQuery } from './coverage.dto.js'

/** The result of an import of claims, or its preview. */
export interface CoverageImportAnswer extends CoverageImport {
  /** Number of rows of the file without its header. */
  lines: number
  /** Sentences about conversions, and about parts of the file that were not read. */
  notes: string[]
  /** Number of cells that the accepted rows cover. */
  cells: number
  /** Each rejection with its line, in the order of the lines; 1,000 at most. */
  refused: RowRejection[]
  refusedLines: number
  /** Whether this is a preview, so that nothing was written. */
  preview: boolean
}

const MAX_FILE_BYTES = 64 * 1024 * 1024
const MAX_LISTED_REJECTIONS = 1_000
/** Limit of the cells of a file, which are written while the sender waits. The command line takes two million. */
const MAX_CELLS = 200_000

/** Claims of operators about their networks. */
@ApiTags('coverage')
@Controller('api/v1/coverage')
export class CoverageImportController {
  constructor(
    private readonly batch: BatchSource,
    private readonly files: FileReader,
  ) {}

  /**
   * Imports what is covered now, or promised by a date: a table (CSV, XLSX) or shapes (GeoJSON, GeoPackage). An operator declares its own
   * network only. Each row that cannot be taken is refused by itself; the others are written.
   */
  @Post('import')
  @HttpCode(200)
  @RequireRight('declare coverage')
  @ApiConsumes('text/csv', 'application/geo+json', 'application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  async post(
    @Req() request: FastifyRequest,
    @Query() { kind = 'declared', preview = false, name = 'coverage', date, ...query }: CoverageImportQuery,
    @CurrentAccount() account: Account,
  ): Promise<CoverageImportAnswer> {
    const body = request.body as Readable | undefined
    if (!body) throw new UnprocessableEntityException(refusal('file_empty', EMPTY_BODY))
    // An account of an operator that has none declares nothing.
    const own = account.role === 'operator' ? (account.operator ?? '') : null
    const operator = own ?? operatorOf(query.operator) ?? undefined
    const options = { name, date, operator, ...fileOptionsOf(query) }
    const file = await this.files
      .coverage(limitBytes(body, MAX_FILE_BYTES), options)
      .catch(throwAsRefusal)
      .finally(() => drain(request))
    const judged = await judgeCoverage(
      this.batch.source.manager,
      file,
      { operator: own, scope: account.areas },
      MAX_CELLS,
    )
    if ('tooMany' in judged)
      throw new UnprocessableEntityException(`the file covers more than ${MAX_CELLS} cells: send it in parts`)
    const { rows, rejections } = judged
    const written =
      preview || rows.length === 0
        ? { added: 0, replaced: 0, duplicates: 0 }
        : await importCoverage(this.batch.source, kind, rows, { source: name, author: account.name })
    const refused = rejections.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
    return {
      lines: file.rowCount,
      notes: file.notes,
      cells: rows.length,
      ...written,
      refused: refused.slice(0, MAX_LISTED_REJECTIONS),
      refusedLines: new Set(refused.map(({ line }) => line)).size,
      preview,
    }
  }
}

const throwAsRefusal = (error: unknown): never => {
  if (error instanceof UnreadableFileError) throw new UnprocessableEntityException(fileRefusal(error))
  throw error
}
