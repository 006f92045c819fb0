import { DISPUTE_LIMITS, hasLink, isClaimOf, hasDocumentAccess } from '#domain/dispute'
import { operatorOf } from '#domain/operator'
import { csvTable, xlsxTable } from '#formats/export'
import { DOCUMENT_TYPES, documentTypeOf, hasExtensionOf } from '#formats/file'
import { cellAt, cellToSql } from '#geo'
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
import { workingCellOf } from '../cells/cell-index.js'
import { PRIVATE } from '../http/cache-policy.js'
import { CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE } from '../http/media-types.js'
import { DEFAULT_LIMIT, type Page, decodeCursor, pageOf } from '../http/page.dto.js'
import { CurrentAccount } from '../people/role-guard.js'
import { AllowDevice, OptionalSignIn, RequireRight } from '../people/route-rights.js'
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
  visibleDetail,
  visibleDispute,
} from './visible-dispute.js'
import { disputesTable } from './table.js'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const DOCUMENT_CONTENT = Object.fromEntries(
  Object.keys(DOCUMENT_TYPES).map((type) => [
    type,
    { schema: { type: 'string', format: 'binary' } as const },
  ]),
)
const MAX_EXPORT_ROWS = 10_000

/** Disputes about verdicts and declarations, and the decisions on them. No decision changes a verdict. */
@ApiTags('disputes')
@Controller('api/v1/disputes')
export class DisputesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly devices: Devices,
    private readonly settings: Settings,
  ) {}

  /**
   * Disputes, newest first. Without an account only subject, states, dates and decisions are shown, and no private
   * person.
   */
  @Get()
  @OptionalSignIn()
  @Header('cache-control', PRIVATE)
  async list(@Query() query: DisputesQuery, @CurrentAccount() account?: Account): Promise<Page<SeenDispute>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const items = await this.visibleDisputes(query, decodeCursor(query.cursor, UUID, ''), limit, account)
    return pageOf(items, limit, (dispute) => dispute.id)
  }

  /** The disputes as a CSV table. */
  @Get('table.csv')
  @OptionalSignIn()
  @Header('cache-control', PRIVATE)
  @Header('content-type', CSV_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="disputes.csv"')
  async csv(@Query() query: DisputesFilter, @CurrentAccount() account?: Account): Promise<string> {
    return csvTable(disputesTable(await this.visibleDisputes(query, '', MAX_EXPORT_ROWS, account)))
  }

  /** The disputes as an Excel workbook. */
  @Get('table.xlsx')
  @OptionalSignIn()
  @Header('cache-control', PRIVATE)
  @Header('content-type', XLSX_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="disputes.xlsx"')
  async xlsx(@Query() query: DisputesFilter, @CurrentAccount() account?: Account): Promise<Buffer> {
    return xlsxTable(disputesTable(await this.visibleDisputes(query, '', MAX_EXPORT_ROWS, account)))
  }

  /** One dispute with its history, and the actions that the reader may take. */
  @Get(':id')
  @OptionalSignIn()
  @Header('cache-control', PRIVATE)
  async one(
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() account?: Account,
  ): Promise<SeenDisputeDetail> {
    return this.detail(id, account ? authorOfAccount(account) : null)
  }

  /** An attached document: for planners, and for the opener of the dispute until it ends. */
  @Get(':id/documents/:number')
  @RequireRight('read documents of disputes')
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
    if (!hasDocumentAccess(disputeRelationOf(dispute, authorOfAccount(account)), dispute.state))
      throw new ForbiddenException('You may not read the documents of this dispute.')
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
  @RequireRight('contest')
  @AllowDevice()
  @ApiBearerAuth()
  async open(
    @Body() body: DisputeBody,
    @Req() request: FastifyRequest,
    @CurrentAccount() account?: Account,
  ): Promise<SeenDisputeDetail> {
    const cell = workingCellOf('cell', body.cell)
    const author = await this.authorOf(request, account, body.cell)
    const dispute = await this.newDisputeOf(body, cell)
    const { id } = throwIfRefused(await openDispute(this.source, dispute, author, this.now()))
    return this.detail(id, author)
  }

  /** Adds an event to a dispute: a comment, an answer, a review, a question, a decision, a withdrawal. */
  @Post(':id/events')
  @HttpCode(200)
  @RequireRight('contest')
  @AllowDevice()
  @ApiBearerAuth()
  async add(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: DisputeEventBody,
    @Req() request: FastifyRequest,
    @CurrentAccount() account?: Account,
  ): Promise<SeenDisputeDetail> {
    const { h3 } = await this.requireDispute(id)
    const author = await this.authorOf(request, account, h3)
    const event = {
      action: body.action,
      comment: body.comment,
      documents: documentsOf(body.documents ?? []),
    }
    throwIfRefused(await addDisputeEvent(this.source, id, event, author, this.now()))
    return this.detail(id, author)
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
    const viewing = this.viewingBy(account ? authorOfAccount(account) : null)
    return rows.map((row) => visibleDispute(row, viewing))
  }

  private viewingBy = (viewer: DisputeAuthor | null): DisputeViewer => ({
    viewer,
    now: this.settings.clock(),
  })

  private async requireDispute(id: string) {
    const dispute = await findDispute(this.source.manager, id)
    if (!dispute) throw new NotFoundException(`dispute ${id} not found`)
    return dispute
  }

  private async detail(id: string, viewer: DisputeAuthor | null): Promise<SeenDisputeDetail> {
    const dispute = await this.requireDispute(id)
    const db = this.source.manager
    return visibleDetail(
      dispute,
      await eventsOfDispute(db, id),
      await documentsOfDispute(db, id),
      this.viewingBy(viewer),
    )
  }

  /** The account, or the device of the token, which may contest only in its own site's cell. */
  private async authorOf(
    request: FastifyRequest,
    account: Account | undefined,
    h3: string,
  ): Promise<DisputeAuthor> {
    if (account) return authorOfAccount(account)
    const device = await this.devices.ofToken(request.headers.authorization)
    if (cellAt(device.lat, device.lng) !== h3)
      throw new ForbiddenException(
        `cell is "${h3}": the token is of a device in ${cellAt(device.lat, device.lng)}`,
      )
    return { name: device.id!, role: 'device', operator: null, siteCode: device.siteCode, areas: null }
  }

  private async newDisputeOf(body: DisputeBody, cell: string): Promise<NewDispute> {
    const { subject, claimed, claim, probeIds, reference = null } = body
    if (!isClaimOf(subject, claimed))
      throw new UnprocessableEntityException(`claimed is "${claimed}": not a valid claim about a ${subject}`)
    if (reference !== null && hasLink(reference))
      throw new UnprocessableEntityException(
        `reference is "${reference}": links are not allowed; describe the document, or attach it`,
      )
    return {
      cell,
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

const authorOfAccount = ({ name, role, operator, areas }: Account): DisputeAuthor => ({
  name,
  role,
  operator,
  siteCode: null,
  areas,
})

/** Options for the run; null is the same as an absent field. */
const runChoice = ({ run, rule }: DisputeBody) => ({ ...(run && { run }), ...(rule && { rule }) })

const percentEncoded = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

/** Documents of a request. The type is recognised by the bytes, and a name with another extension is refused. */
function documentsOf(bodies: readonly DocumentBody[]): NewDocument[] {
  return bodies.map(({ name, content: base64 }) => {
    const content = Buffer.from(base64, 'base64')
    if (content.length > DISPUTE_LIMITS.documentBytes)
      throw new UnprocessableEntityException(
        `document "${name}" has ${content.length} bytes: the limit is ${DISPUTE_LIMITS.documentBytes} bytes`,
      )
    const mediaType = documentTypeOf(content)
    if (!mediaType)
      throw new UnprocessableEntityException(`the content of document "${name}" is not PDF, PNG, JPEG or CSV`)
    if (!hasExtensionOf(name, mediaType))
      throw new UnprocessableEntityException(
        `the content of document "${name}" is ${mediaType}; use a matching file extension`,
      )
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

function throwIfRefused<T extends object>(result: T | DisputeRefusal): T {
  if ('refused' in result) throw new EXCEPTION_BY_REFUSAL[result.refused](result.detail)
  return result
}
