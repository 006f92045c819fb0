import { UnreadableFileError } from '#formats/file'
import type { PlanFile } from '#formats/lists'
import { operatorOf } from '#domain/operator'
import { PLAN_CODE, type PlanFields, type PlanPlace } from '#domain/plan'
import { type AreaRow } from '#store/areas'
import { type Account } from '#store/people'
import {
  type PlanChange,
  type PlanDetail,
  type PlanEdit,
  type PlanItemRow,
  type PlanProgress,
  type PlanRowRejection,
  type PlanSort,
  editPlan,
  findPlanItem,
  importPlan,
  listPlan,
  planProgress,
  latestPlanRun,
} from '#store/plan'
import { type RunRow } from '#store/runs'
import {
  Body,
  ConflictException,
  Controller,
  Get,
  Header,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Put,
  Query,
  Req,
  UnprocessableEntityException,
} from '@nestjs/common'
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { DataSource } from 'typeorm'
import { requireArea } from '../areas/require-area.js'
import { BatchSource } from '../batch-source.js'
import { drain, limitBytes } from '../http/bodies/bodies.js'
import { REVALIDATE } from '../http/cache-policy.js'
import { fileOptionsOf } from '../http/files/file-options.dto.js'
import { EMPTY_BODY, fileRefusal } from '../http/files/file-refusal.js'
import { AreaChoice, DEFAULT_LIMIT, decodeCursor, pageOf } from '../http/page.dto.js'
import { refusal } from '../http/problem.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { outsideScope } from '../people/scope-refusal.js'
import { FileReader } from '../reading/file-reader.js'
import { Settings } from '../settings.js'
import {
  PlanCreateBody,
  PlanEditBody,
  PlanFilterQuery,
  PlanImportQuery,
  PlanQuery,
  PlanWithdrawBody,
} from './plan.dto.js'

/** A page of the plan. */
export interface PlanPageAnswer {
  items: PlanItemRow[]
  /** Cursor of the next page; null on the last. */
  next: string | null
  /** The run with which the plan was last compared; null before the first. */
  run: PlanRunAnswer | null
}

export interface PlanRunAnswer {
  id: number
  rule: string
  ruleVersion: number
  /** Start of the window of its measurements. */
  from: Date
  /** End of the window. */
  to: Date
}

export interface PlanProgressAnswer extends PlanProgress {
  /** The area; null for the country. */
  area: Pick<AreaRow, 'code' | 'nameFr' | 'nameAr'> | null
  run: PlanRunAnswer | null
}

/** The result of an import, or its preview. */
export interface PlanImportAnswer {
  /** Number of lines of the file without its header. */
  lines: number
  /** Sentences about conversions, and about parts of the file that were not read. */
  notes: string[]
  added: number
  changed: number
  unchanged: number
  /** Each rejection with its line, in the order of the lines; 1,000 at most. */
  refused: PlanRowRejection[]
  refusedLines: number
  /** New and changed items, the first 200. */
  changes: PlanChange[]
  /** Whether this is a preview, so that nothing was written. */
  preview: boolean
}

const MAX_FILE_BYTES = 64 * 1024 * 1024
const MAX_LISTED_REJECTIONS = 1_000
const MAX_LISTED_CHANGES = 200

/** The plan (PNHD 2): promised networks with their places and deadlines, and whether the measurements confirm them. */
@ApiTags('plan')
@Controller('api/v1/plan')
export class PlanController {
  constructor(
    private readonly source: DataSource,
    private readonly batch: BatchSource,
    private readonly files: FileReader,
    private readonly settings: Settings,
  ) {}

  /** Items of the plan with the findings about them. */
  @Get()
  @Header('cache-control', REVALIDATE)
  async list(@Query() query: PlanQuery): Promise<PlanPageAnswer> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const sort: PlanSort = query.sort ?? 'code'
    const rows = await listPlan(this.source.manager, {
      ...planFilterOf(query),
      sort,
      after: decodeCursor(query.cursor, CURSOR_PATTERN, ''),
      limit,
    })
    const page = pageOf(
      rows,
      limit,
      ({ key }) => key,
      ({ key: _key, ...item }) => item,
    )
    return { ...page, run: await this.latestRun() }
  }

  /** Counts by state, the burn-down month by month, and the areas inside. */
  @Get('burn-down')
  @Header('cache-control', REVALIDATE)
  async progress(@Query() query: AreaChoice): Promise<PlanProgressAnswer> {
    const db = this.source.manager
    const row = query.area === undefined ? null : await requireArea(db, query.area)
    const area = row && { code: row.code, nameFr: row.nameFr, nameAr: row.nameAr }
    const progress = await planProgress(db, query.area ?? null, new Date(this.settings.clock()))
    return { area, run: await this.latestRun(), ...progress }
  }

  /** One item with its versions and the findings about it. */
  @Get(':code')
  @Header('cache-control', REVALIDATE)
  async one(@Param('code') code: string): Promise<PlanDetail> {
    const item = await findPlanItem(this.source.manager, code)
    if (!item) throw new NotFoundException(`the plan has no item "${code}"`)
    return item
  }

  /**
   * Imports a list (CSV, XLSX, GeoJSON, GeoPackage). Each faulty line is refused by itself; the others are imported.
   */
  @Post('import')
  @HttpCode(200)
  @RequireRight('change the plan')
  @ApiConsumes('text/csv', 'application/geo+json', 'application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  async import(
    @Req() request: FastifyRequest,
    @Query() { preview = false, name = 'plan', comment, ...query }: PlanImportQuery,
    @CurrentAccount() account: Account,
  ): Promise<PlanImportAnswer> {
    const body = request.body as Readable | undefined
    if (!body) throw new UnprocessableEntityException(refusal('file_empty', EMPTY_BODY))
    const file = await this.files
      .plan(limitBytes(body, MAX_FILE_BYTES), { name, ...fileOptionsOf(query) })
      .catch(throwAsRefusal)
      .finally(() => drain(request))
    const result = await importPlan(this.batch.source, file.rows, {
      author: account.name,
      source: name,
      comment: comment ?? `import of ${name}`,
      simulated: false,
      scope: account.areas,
      now: new Date(this.settings.clock()),
      preview,
    })
    const rejections = [...file.rejections.map(asPlanRowRejection), ...result.refused].sort(
      (a, b) => a.line - b.line,
    )
    return {
      lines: file.rowCount,
      notes: file.notes,
      added: result.added,
      changed: result.changed,
      unchanged: result.unchanged,
      refused: rejections.slice(0, MAX_LISTED_REJECTIONS),
      refusedLines: new Set(rejections.map(({ line }) => line)).size,
      changes: result.changes.slice(0, MAX_LISTED_CHANGES),
      preview,
    }
  }

  /** Adds an item. */
  @Post()
  @RequireRight('change the plan')
  async create(@Body() body: PlanCreateBody, @CurrentAccount() account: Account): Promise<PlanDetail> {
    if (!PLAN_CODE.test(body.code))
      throw new UnprocessableEntityException(
        refusal(
          'plan_code_form',
          `code is "${body.code}": it must have up to 60 letters, digits, points and dashes`,
        ),
      )
    return this.edit(account, { ...changeOf(body), code: body.code, version: null, withdrawn: false })
  }

  /** Makes a new version of an item. Fields that are absent stay as they are. */
  @Put(':code')
  @RequireRight('change the plan')
  async change(
    @Param('code') code: string,
    @Body() body: PlanEditBody,
    @CurrentAccount() account: Account,
  ): Promise<PlanDetail> {
    await this.one(code)
    return this.edit(account, { ...changeOf(body), code, version: body.version, withdrawn: false })
  }

  /** Withdraws an item from the plan. Its history stays. */
  @Post(':code/withdraw')
  @HttpCode(200)
  @RequireRight('change the plan')
  async withdraw(
    @Param('code') code: string,
    @Body() { version, comment }: PlanWithdrawBody,
    @CurrentAccount() account: Account,
  ): Promise<PlanDetail> {
    await this.one(code)
    return this.edit(account, { code, version, comment, fields: {}, place: null, withdrawn: true })
  }

  private async edit(
    account: Account,
    edit: Omit<PlanEdit, 'author' | 'scope' | 'now'>,
  ): Promise<PlanDetail> {
    const now = new Date(this.settings.clock())
    const result = await editPlan(this.batch.source, {
      ...edit,
      author: account.name,
      scope: account.areas,
      now,
    })
    if ('outside' in result) throw outsideScope(account, `plan item "${edit.code}"`)
    if ('conflict' in result)
      throw new ConflictException(
        edit.version === null
          ? refusal('plan_code_taken', `code is "${edit.code}": another item has this code`)
          : conflictOf(edit.code, edit.version, result.conflict),
      )
    if ('faults' in result)
      throw new UnprocessableEntityException(
        refusal(
          'plan_faults',
          result.faults.map(({ field, reason }) => `${field} ${reason}`).join('; '),
          Object.fromEntries(result.faults.map(({ field, reason }) => [field, reason])),
        ),
      )
    return this.one(edit.code)
  }

  private async latestRun(): Promise<PlanRunAnswer | null> {
    const run = await latestPlanRun(this.source.manager)
    return run ? planRunOf(run) : null
  }
}

const planRunOf = ({ id, rule, ruleVersion, from, to }: RunRow): PlanRunAnswer => ({
  id,
  rule,
  ruleVersion,
  from,
  to,
})

/** Cursor: the code of an item, preceded by the sort value in orders other than by code. */
const CURSOR_PATTERN = /^([\p{L}\p{N}_.-]{1,20} )?[\p{L}\p{N}._/-]{1,60}$/u

export const planFilterOf = ({ area, state, operator, technology }: PlanFilterQuery) => ({
  area: area ?? null,
  state: state ?? null,
  operator: operator ?? null,
  technology: technology ?? null,
})

function conflictOf(code: string, version: number, currentVersion: number | null): string {
  if (currentVersion === null) return `${code} was withdrawn meanwhile`
  return `version is ${version}: ${code} was changed meanwhile, its version is ${currentVersion}; load it again`
}

const throwAsRefusal = (error: unknown): never => {
  if (error instanceof UnreadableFileError) throw new UnprocessableEntityException(fileRefusal(error))
  throw error
}

const asPlanRowRejection = ({
  line = 0,
  code = '',
  field,
  value,
  reason,
}: PlanRowRejectionLike): PlanRowRejection => ({
  line,
  code,
  field,
  value,
  reason,
})
type PlanRowRejectionLike = PlanFile['rejections'][number]

const PLAN_FIELDS = [
  'nameFr',
  'nameAr',
  'areaCode',
  'technology',
  'targetBps',
  'awardedOn',
  'startedOn',
  'promisedBy',
  'inServiceOn',
] as const satisfies readonly (keyof PlanFields)[]

function changeOf(body: PlanCreateBody | PlanEditBody): Pick<PlanEdit, 'fields' | 'place' | 'comment'> {
  const fields: Partial<PlanFields> = Object.fromEntries(
    PLAN_FIELDS.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
  )
  if (body.operator !== undefined) fields.operator = operatorOf(body.operator)
  return { fields, place: placeOf(body), comment: body.comment }
}

function placeOf({ localityId, zoneId, lat, lng }: PlanEditBody | PlanCreateBody): PlanPlace | null {
  if (localityId !== undefined) return { localityId }
  if (zoneId !== undefined) return { zoneId }
  if ((lat === undefined) !== (lng === undefined))
    throw new UnprocessableEntityException(`lat and lng must be given together; lat is ${lat}, lng is ${lng}`)
  return lat === undefined ? null : { lat, lng: lng! }
}
