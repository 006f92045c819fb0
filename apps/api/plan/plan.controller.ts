import { UnreadableFileError } from '#formats/file'
import { readPlan } from '#formats/lists'
import { operatorOf } from '#domain/operator'
import { PLAN_CODE, type PlanFields, type PlanPlace } from '#domain/plan'
import { type AreaRow, findArea } from '#store/areas'
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
import { EMPTY_BODY, fileRefusal } from '../http/file-refusal.js'
import { refusal } from '../http/problem.js'
import { BatchSource } from '../batch-source.js'
import { AreaChoice, DEFAULT_LIMIT, encodeCursor, decodeCursor } from '../http/page.dto.js'
import { RequireRole, CurrentAccount } from '../people/guard.js'
import { drain, limitBytes } from '../probes/body.js'
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
  /** The run that the plan was last held against; null before any. */
  run: PlanRunAnswer | null
}

export interface PlanRunAnswer {
  id: number
  rule: string
  ruleVersion: number
  /** Window of its measurements. */
  from: Date
  to: Date
}

export interface PlanProgressAnswer extends PlanProgress {
  /** Null: the country. */
  area: Pick<AreaRow, 'code' | 'nameFr' | 'nameAr'> | null
  run: PlanRunAnswer | null
}

/** What became of a file, or would. */
export interface PlanImportAnswer {
  /** Lines read, the header not counted. */
  lines: number
  added: number
  changed: number
  unchanged: number
  /** Each fault with its line, in their order: at most 1,000. */
  refused: PlanRowRejection[]
  refusedLines: number
  /** The first 200 new or changed items. */
  changes: PlanChange[]
  /** Whether nothing was written. */
  preview: boolean
}

const MAX_FILE_BYTES = 64 * 1024 * 1024
const MAX_LISTED_REJECTIONS = 1_000
const MAX_LISTED_CHANGES = 200

/** The plan (PNHD 2): what was promised where and by when, and what the measurements say of it. */
@ApiTags('plan')
@Controller('api/v1/plan')
export class PlanController {
  constructor(
    private readonly source: DataSource,
    private readonly batch: BatchSource,
    private readonly settings: Settings,
  ) {}

  /** Items of the plan with what was found of them. */
  @Get()
  @Header('cache-control', 'no-cache')
  async list(@Query() query: PlanQuery): Promise<PlanPageAnswer> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const sort: PlanSort = query.sort ?? 'code'
    const rows = await listPlan(this.source.manager, {
      ...planFilterOf(query),
      sort,
      after: decodeCursor(query.cursor, CURSOR_PATTERN, ''),
      limit,
    })
    return {
      items: rows.map(({ key: _key, ...item }) => item),
      next: rows.length === limit ? encodeCursor(rows.at(-1)!.key) : null,
      run: await this.run(),
    }
  }

  /** Counts by state, the burn-down month by month, and the areas inside. */
  @Get('burn-down')
  @Header('cache-control', 'no-cache')
  async progress(@Query() query: AreaChoice): Promise<PlanProgressAnswer> {
    const { manager } = this.source
    const found = query.area === undefined ? null : await findArea(manager, query.area)
    if (found === undefined) throw new NotFoundException(`no area has the code "${query.area}"`)
    const progress = await planProgress(manager, query.area ?? null, new Date(this.settings.clock()))
    const area = found && { code: found.code, nameFr: found.nameFr, nameAr: found.nameAr }
    return { area, run: await this.run(), ...progress }
  }

  /** One item with its versions, and what was found of it. */
  @Get(':code')
  @Header('cache-control', 'no-cache')
  async one(@Param('code') code: string): Promise<PlanDetail> {
    const found = await findPlanItem(this.source.manager, code)
    if (!found) throw new NotFoundException(`the plan has no item "${code}"`)
    return found
  }

  /** Takes a list (CSV, XLSX, GeoJSON, GeoPackage), line by line; faulty lines are refused one by one. */
  @Post('import')
  @HttpCode(200)
  @RequireRole('planner')
  @ApiConsumes('text/csv', 'application/geo+json', 'application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  async import(
    @Req() request: FastifyRequest,
    @Query() { preview = false, name = 'plan', comment }: PlanImportQuery,
    @CurrentAccount() account: Account,
  ): Promise<PlanImportAnswer> {
    const body = request.body as Readable | undefined
    if (!body) throw new UnprocessableEntityException(refusal('file_empty', EMPTY_BODY))
    const file = await readPlan(limitBytes(body, MAX_FILE_BYTES), name)
      .catch(throwAsRefusal)
      .finally(() => drain(request))
    const done = await importPlan(this.batch.source, file.rows, {
      author: account.name,
      source: name,
      comment: comment ?? `import of ${name}`,
      simulated: false,
      now: new Date(this.settings.clock()),
      preview,
    })
    const refused = [...file.rejections.map(asPlanRowRejection), ...done.refused].sort(
      (a, b) => a.line - b.line,
    )
    return {
      lines: file.lines,
      added: done.added,
      changed: done.changed,
      unchanged: done.unchanged,
      refused: refused.slice(0, MAX_LISTED_REJECTIONS),
      refusedLines: new Set(refused.map((refusal) => refusal.line)).size,
      changes: done.changes.slice(0, MAX_LISTED_CHANGES),
      preview,
    }
  }

  /** Adds an item. */
  @Post()
  @RequireRole('planner')
  async create(@Body() body: PlanCreateBody, @CurrentAccount() account: Account): Promise<PlanDetail> {
    if (!PLAN_CODE.test(body.code))
      throw new UnprocessableEntityException(
        refusal(
          'plan_code_form',
          `code is "${body.code}": up to 60 letters, digits, points and dashes are taken`,
        ),
      )
    return this.edit(account, { ...changeOf(body), code: body.code, version: null, withdrawn: false })
  }

  /** A new version of an item: what is absent stays as it is. */
  @Put(':code')
  @RequireRole('planner')
  async change(
    @Param('code') code: string,
    @Body() body: PlanEditBody,
    @CurrentAccount() account: Account,
  ): Promise<PlanDetail> {
    await this.one(code)
    return this.edit(account, { ...changeOf(body), code, version: body.version, withdrawn: false })
  }

  /** Takes an item out of the plan; its history stays. */
  @Post(':code/withdraw')
  @HttpCode(200)
  @RequireRole('planner')
  async withdraw(
    @Param('code') code: string,
    @Body() { version, comment }: PlanWithdrawBody,
    @CurrentAccount() account: Account,
  ): Promise<PlanDetail> {
    await this.one(code)
    return this.edit(account, { code, version, comment, fields: {}, place: null, withdrawn: true })
  }

  private async edit({ name }: Account, edit: Omit<PlanEdit, 'author' | 'now'>): Promise<PlanDetail> {
    const now = new Date(this.settings.clock())
    const done = await editPlan(this.batch.source, { ...edit, author: name, now })
    if ('conflict' in done)
      throw new ConflictException(
        edit.version === null
          ? refusal('plan_code_taken', `code is "${edit.code}": an item has this code already`)
          : conflictOf(edit.code, edit.version, done.conflict),
      )
    if ('faults' in done)
      throw new UnprocessableEntityException(
        refusal(
          'plan_faults',
          done.faults.map(({ field, reason }) => `${field} ${reason}`).join('; '),
          Object.fromEntries(done.faults.map(({ field, reason }) => [field, reason])),
        ),
      )
    return this.one(edit.code)
  }

  private async run(): Promise<PlanRunAnswer | null> {
    const run = await latestPlanRun(this.source.manager)
    return run ? runOf(run) : null
  }
}

const runOf = ({ id, rule, ruleVersion, from, to }: RunRow): PlanRunAnswer => ({
  id,
  rule,
  ruleVersion,
  from,
  to,
})

/** A code, or what comes before it in another order. */
const CURSOR_PATTERN = /^([\p{L}\p{N}_.-]{1,20} )?[\p{L}\p{N}._/-]{1,60}$/u

export const planFilterOf = ({ area, state, operator, technology }: PlanFilterQuery) => ({
  area: area ?? null,
  state: state ?? null,
  operator: operator ?? null,
  technology: technology ?? null,
})

function conflictOf(code: string, version: number, known: number | null): string {
  if (known === null) return `${code} was withdrawn meanwhile`
  return `version is ${version}: ${code} was changed meanwhile, its version is ${known}; load it again`
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
type PlanRowRejectionLike = Awaited<ReturnType<typeof readPlan>>['rejections'][number]

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
    throw new UnprocessableEntityException(`a position has both lat and lng; lat is ${lat}, lng is ${lng}`)
  return lat === undefined ? null : { lat, lng: lng! }
}
