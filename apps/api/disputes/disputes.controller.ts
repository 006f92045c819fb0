import { DISPUTE_LIMITS, hasLink, isClaimOf, hasDocumentAccess } from '#domain/dispute'
import { operatorOf } from '#domain/operator'
import { csvTable, xlsxTable } from '#formats/export'
import { DOCUMENT_TYPES, documentTypeOf, hasExtensionOf } from '#formats/file'
import { WORKING_RESOLUTION, cellAt, cellToSql, isServedCell, resolutionOf } from '#geo'
import {
  type DisputeAuthor,
  type DisputeRefusal,
  type NewDispute,
  type NewDocument,
  addDisputeEvent,
  documentsOfDispute,
  eventsOfDispute,
  findDispute,
  findDocument,
  listDisputes,
  openDispute,
  disputeRelationOf,
} from '#store/disputes'
import { type Account } from '#store/people'
import { isSimulated } from '#store/sites'
import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  ForbiddenException,
  Get,
  Header,
  HttpCode,
  NotFoundException,
  Param,
  ParseIntPipe,
  ParseUUIDPipe,
  Post,
  Query,
  Req,
  Res,
  UnprocessableEntityException,
} from '@nestjs/common'
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { DEFAULT_LIMIT, type Page, decodeCursor, pageOf } from '../http/page.dto.js'
import { OptionalSignIn, RequireRole, AllowDevice, CurrentAccount } from '../people/role-guard.js'
import { Devices } from '../probes/devices.js'
import { RunResolver } from '../runs/run-resolver.js'
import { Settings } from '../settings.js'
import {
  DisputeBody,
  DisputeEventBody,
  DisputesFilter,
  DisputesQuery,
  type DocumentBody,
} from './disputes.dto.js'
import {
  type DisputeViewer,
  type SeenDispute,
  type SeenDisputeDetail,
  seenDetail,
  seenDispute,
} from './visible-dispute.js'
import { disputesTable } from './table.js'

const XLSX_MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const DOCUMENT_CONTENT = Object.fromEntries(
  Object.keys(DOCUMENT_TYPES).map((type) => [
    type,
    { schema: { type: 'string', format: 'binary' } as const },
  ]),
)
/** Rows of a file. */
const MAX_EXPORT_ROWS = 10_000
/** The answer depends on who asks. */
const PRIVATE_CACHE = 'private, no-cache'

/** Who contests a verdict or a declaration, who decided, and why: nothing of it changes a verdict. */
@ApiTags('disputes')
@Controller('api/v1/disputes')
export class DisputesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly devices: Devices,
    private readonly settings: Settings,
  ) {}

  /** The newest first. Without an account: subject, states, dates and decisions, and no private person. */
  @Get()
  @OptionalSignIn()
  @Header('cache-control', PRIVATE_CACHE)
  async list(@Query() query: DisputesQuery, @CurrentAccount() account?: Account): Promise<Page<SeenDispute>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const items = await this.visibleDisputes(query, decodeCursor(query.cursor, UUID, ''), limit, account)
    return pageOf(items, limit, (dispute) => dispute.id)
  }

  /** The list as a table. */
  @Get('table.csv')
  @OptionalSignIn()
  @Header('cache-control', PRIVATE_CACHE)
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="disputes.csv"')
  async csv(@Query() query: DisputesFilter, @CurrentAccount() account?: Account): Promise<string> {
    return csvTable(disputesTable(await this.visibleDisputes(query, '', MAX_EXPORT_ROWS, account)))
  }

  /** The list as a workbook. */
  @Get('table.xlsx')
  @OptionalSignIn()
  @Header('cache-control', PRIVATE_CACHE)
  @Header('content-type', XLSX_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="disputes.xlsx"')
  async xlsx(@Query() query: DisputesFilter, @CurrentAccount() account?: Account): Promise<Buffer> {
    return xlsxTable(disputesTable(await this.visibleDisputes(query, '', MAX_EXPORT_ROWS, account)))
  }

  /** One dispute with its history, and what the reader may do in it. */
  @Get(':id')
  @OptionalSignIn()
  @Header('cache-control', PRIVATE_CACHE)
  async one(
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() account?: Account,
  ): Promise<SeenDisputeDetail> {
    return this.detail(id, account ? authorOf(account) : null)
  }

  /** An attached document: for planners, and for who opened the dispute while it runs. */
  @Get(':id/documents/:number')
  @RequireRole('public')
  @ApiOkResponse({ content: DOCUMENT_CONTENT })
  @Header('cache-control', 'private, no-store')
  @Header('x-content-type-options', 'nosniff')
  @Header('content-security-policy', `default-src 'none'; sandbox`)
  async document(
    @Param('id', ParseUUIDPipe) id: string,
    @Param('number', ParseIntPipe) number: number,
    @CurrentAccount() account: Account,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const dispute = await this.requireDispute(id)
    if (!hasDocumentAccess(disputeRelationOf(dispute, authorOf(account)), dispute.state))
      throw new ForbiddenException('The documents of this dispute are not yours to read.')
    const document =
      number > 0 && number <= DISPUTE_LIMITS.documents
        ? await findDocument(this.source.manager, id, number)
        : undefined
    if (!document) throw new NotFoundException(`dispute ${id} has no document ${number}`)
    void reply.header('content-type', document.mediaType)
    void reply.header(
      'content-disposition',
      `attachment; filename*=UTF-8''${encodeURIComponent(document.name).replace(/['()*]/g, percentEncoded)}`,
    )
    return document.content
  }

  /** Contests a verdict or a declaration: any account, or a device by its token for the cell of its own site. */
  @Post()
  @RequireRole('public')
  @AllowDevice()
  @ApiBearerAuth()
  async open(
    @Body() body: DisputeBody,
    @Req() request: FastifyRequest,
    @CurrentAccount() account?: Account,
  ): Promise<SeenDisputeDetail> {
    if (!isServedCell(body.cell) || resolutionOf(body.cell) !== WORKING_RESOLUTION)
      throw new BadRequestException(
        `cell must be an H3 cell of resolution ${WORKING_RESOLUTION}; it is "${body.cell}"`,
      )
    const by = await this.author(request, account, body.cell)
    const dispute = await this.newDisputeOf(body)
    const opened = throwIfRefused(await openDispute(this.source, dispute, by, this.now()))
    return this.detail(opened.id, by)
  }

  /** Adds to a dispute: a comment, an answer, a review, a question, a decision, a withdrawal. */
  @Post(':id/events')
  @HttpCode(200)
  @RequireRole('public')
  @AllowDevice()
  @ApiBearerAuth()
  async add(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: DisputeEventBody,
    @Req() request: FastifyRequest,
    @CurrentAccount() account?: Account,
  ): Promise<SeenDisputeDetail> {
    const { h3 } = await this.requireDispute(id)
    const by = await this.author(request, account, h3)
    const event = {
      action: body.action,
      comment: body.comment,
      documents: documentsOf(body.documents ?? []),
    }
    throwIfRefused(await addDisputeEvent(this.source, id, event, by, this.now()))
    return this.detail(id, by)
  }

  private now = () => new Date(this.settings.clock())

  private async visibleDisputes(
    filter: DisputesFilter,
    after: string,
    limit: number,
    account: Account | undefined,
  ): Promise<SeenDispute[]> {
    const rows = await listDisputes(this.source.manager, {
      area: filter.area ?? null,
      cell: filter.cell === undefined ? null : cellToSql(filter.cell),
      state: filter.state ?? null,
      operator: operatorOf(filter.operator),
      overdue: filter.overdue ?? null,
      now: this.now(),
      after,
      limit,
    })
    const reader = this.reader(account ? authorOf(account) : null)
    return rows.map((row) => seenDispute(row, reader))
  }

  private reader = (who: DisputeAuthor | null): DisputeViewer => ({ who, now: this.settings.clock() })

  private async requireDispute(id: string) {
    const dispute = await findDispute(this.source.manager, id)
    if (!dispute) throw new NotFoundException(`there is no dispute ${id}`)
    return dispute
  }

  private async detail(id: string, who: DisputeAuthor | null): Promise<SeenDisputeDetail> {
    const dispute = await this.requireDispute(id)
    const db = this.source.manager
    return seenDetail(
      dispute,
      await eventsOfDispute(db, id),
      await documentsOfDispute(db, id),
      this.reader(who),
    )
  }

  /** A device speaks of its own site's cell, and of no other. */
  private async author(
    request: FastifyRequest,
    account: Account | undefined,
    h3: string,
  ): Promise<DisputeAuthor> {
    if (account) return authorOf(account)
    const device = await this.devices.ofToken(request.headers.authorization)
    if (cellAt(device.lat, device.lng) !== h3)
      throw new ForbiddenException(
        `cell is "${h3}": the token is of a device in ${cellAt(device.lat, device.lng)}`,
      )
    return { name: device.id!, role: 'device', operator: null, siteCode: device.siteCode }
  }

  private async newDisputeOf(body: DisputeBody): Promise<NewDispute> {
    const { subject, claimed, claim, probeIds, reference = null } = body
    if (!isClaimOf(subject, claimed))
      throw new UnprocessableEntityException(`claimed is "${claimed}": of a ${subject} this is not claimed`)
    if (reference !== null && hasLink(reference))
      throw new UnprocessableEntityException(
        `reference is "${reference}": a link is not taken; describe the document, or attach it`,
      )
    return {
      cell: cellToSql(body.cell),
      subject:
        subject === 'verdict'
          ? { kind: subject, run: await this.runs.resolve(runChoice(body)) }
          : {
              kind: subject,
              operator: operatorOf(body.operator) ?? body.operator!,
              technology: body.technology!,
            },
      claimed,
      claim,
      probeIds: probeIds ?? [],
      reference,
      documents: documentsOf(body.documents ?? []),
      simulated: await isSimulated(this.source.manager),
    }
  }
}

const authorOf = ({ name, role, operator }: Account): DisputeAuthor => ({
  name,
  role,
  operator,
  siteCode: null,
})

/** Null says no more than nothing. */
const runChoice = ({ run, rule }: DisputeBody) => ({ ...(run && { run }), ...(rule && { rule }) })

const percentEncoded = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`

/** What a document is, is told by its bytes; a name that says otherwise would mislead who saves it. */
function documentsOf(bodies: readonly DocumentBody[]): NewDocument[] {
  return bodies.map(({ name, content: base64 }) => {
    const content = Buffer.from(base64, 'base64')
    if (content.length > DISPUTE_LIMITS.documentBytes)
      throw new UnprocessableEntityException(
        `document "${name}" has ${content.length} bytes: ${DISPUTE_LIMITS.documentBytes} at most are taken`,
      )
    const mediaType = documentTypeOf(content)
    if (!mediaType)
      throw new UnprocessableEntityException(`document "${name}" is no PDF, PNG, JPEG or CSV, by its content`)
    if (!hasExtensionOf(name, mediaType))
      throw new UnprocessableEntityException(`document "${name}" is ${mediaType}, by its content: name it so`)
    return { name, mediaType, content }
  })
}

const EXCEPTION_BY_REFUSAL = {
  not_yours: ForbiddenException,
  not_now: ConflictException,
  too_much: UnprocessableEntityException,
  no_subject: UnprocessableEntityException,
  unknown: NotFoundException,
} as const satisfies Record<DisputeRefusal['refused'], unknown>

function throwIfRefused<T extends object>(answer: T | DisputeRefusal): T {
  if ('refused' in answer) throw new EXCEPTION_BY_REFUSAL[answer.refused](answer.detail)
  return answer
}
