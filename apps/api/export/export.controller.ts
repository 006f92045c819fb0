import type { Filter } from '#domain/feature'
import { EXPORT_FORMATS, type ExportFormat, dataPackage, isExportFormat } from '#formats/export'
import {
  COLLECTIONS,
  type Collection,
  asPoints,
  collectionOf,
  exportFeatures,
  isCollection,
  licencesOf,
} from '#store/ogc'
import { collectionRevision } from '#store/people'
import { type RunRow, findRule } from '#store/runs'
import { isSimulated } from '#store/sites'
import {
  BadRequestException,
  Controller,
  Get,
  Header,
  HttpException,
  NotFoundException,
  Param,
  Query,
  Req,
  Res,
} from '@nestjs/common'
import { ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { DataSource } from 'typeorm'
import { RunResolver } from '../runs/run-choice.js'
import { cql2FilterOf } from '../ogc/items-query.js'
import { Settings } from '../settings.js'
import { type ByteRange, sliceBytes, hasMatchingEtag, byteRangeOf, byteSpanOf } from './byte-range.js'
import { ExportQuery, PackageQuery } from './export.dto.js'

interface ExportSelection {
  layer: Collection
  format: ExportFormat
  run: RunRow | null
  filter: Filter | null
  /** The same edition gives the same bytes; null where there is none. */
  edition: string | null
  /** Strong, of the bytes as they are written; null where there is no edition. */
  tag: string | null
}

/** Of a file as a whole. */
interface FileChecksum {
  bytes: number
  /** In hexadecimal. */
  sha256: string
}

const EXPORT_CONTENT = Object.fromEntries(
  Object.values(EXPORT_FORMATS).map(({ mediaType }) => [
    mediaType.split(';')[0]!,
    { schema: { type: 'string', format: 'binary' } as const },
  ]),
)

/** Whole collections as files, written as they are read. */
@ApiTags('export')
@Controller('api/v1/export')
export class ExportController {
  /** By tag: each costs a whole writing. */
  private readonly checksums = new LRUCache<string, Promise<FileChecksum>>({ max: 1_000 })

  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly settings: Settings,
  ) {}

  /**
   * `file` is a collection and a format: `cells.csv`, `zones.geojson`, `sites.ndjson`, `areas.fgb`, `plan.parquet`. It can be
   * had in parts (`Range`, `If-Range`), except measurements, which grow while they are read.
   */
  @Get(':file')
  @ApiOkResponse({ content: EXPORT_CONTENT })
  @ApiResponse({ status: 206, description: 'The part that was asked for.', content: EXPORT_CONTENT })
  @ApiResponse({ status: 304, description: 'Not changed since the edition that `If-None-Match` names.' })
  @ApiResponse({ status: 416 })
  @Header('cache-control', 'no-cache')
  @Header('vary', 'accept-encoding')
  async file(
    @Param('file') file: string,
    @Query() query: ExportQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [name, format] = file.split(/\.(?=[^.]*$)/) as [string, string?]
    if (!isCollection(name) || format === undefined || !isExportFormat(format)) throw unknownExport(file)
    const chosen = await this.selectionOf(name, format, query)
    const { run, tag } = chosen
    void reply
      .header('content-type', EXPORT_FORMATS[format].mediaType)
      .header(
        'content-disposition',
        `attachment; filename="${run ? `${name}-run-${run.id}.${format}` : file}"`,
      )
      .header('accept-ranges', tag ? 'bytes' : 'none')
    if (tag) {
      if (hasMatchingEtag(request, tag)) return void reply.header('etag', tag).status(304).send()
      const range = byteRangeOf(request.headers, tag)
      if (range) return this.sendRange(chosen, range, request, reply)
      // Packed, the bytes are others: a weak tag says so, and no part is asked for by it.
      void reply.header('etag', /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') ? `W/${tag}` : tag)
    }
    void reply.send(Readable.from(this.withRememberedChecksum(chosen), { objectMode: false }))
  }

  /** What a file's columns are, by which rule and of which run, and its checksum, for which all of it is written once. */
  @Get(':collection/datapackage.json')
  @Header('cache-control', 'no-cache')
  async description(
    @Param('collection') name: string,
    @Query() { format = 'csv', ...query }: PackageQuery,
    @Req() request: FastifyRequest,
  ) {
    if (!isCollection(name)) throw unknownExport(name)
    const db = this.source.manager
    const chosen = await this.selectionOf(name, format, query)
    const { layer, run } = chosen
    const { bytes, sha256 } = await this.checksumOf(chosen)
    const rule = run && (await findRule(db, run.rule, run.ruleVersion))!
    const asked = new URLSearchParams({
      ...(run && { run: String(run.id) }),
      ...(query.filter && { filter: query.filter }),
    }).toString()
    return dataPackage({
      layer,
      format,
      path: `${request.protocol}://${request.host}/api/v1/export/${name}.${format}${asked && `?${asked}`}`,
      bytes,
      sha256,
      simulated: await isSimulated(db),
      licences: licencesOf(layer, this.settings.config.dataLicence),
      run: run && { ...run },
      rule: rule && { ...rule },
    })
  }

  /** Written from the beginning and left out until there: a file of a million cells takes seconds, and nothing is kept. */
  private async sendRange(
    chosen: ExportSelection,
    range: ByteRange,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { bytes, sha256 } = await this.checksumOf(chosen)
    const span = byteSpanOf(range, bytes)
    if (!span) {
      void reply.header('content-range', `bytes */${bytes}`)
      throw new HttpException(`range is "${request.headers.range}": the file has ${bytes} bytes`, 416)
    }
    // A part of the packed file would be of no use.
    request.headers['x-no-compression'] = '1'
    void reply
      .status(206)
      .header('etag', chosen.tag)
      .header('repr-digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`)
      .header('content-range', `bytes ${span.from}-${span.to}/${bytes}`)
      .header('content-length', span.to - span.from + 1)
      .send(
        Readable.from(this.failIfChanged(chosen, sliceBytes(this.chunksOf(chosen), span)), {
          objectMode: false,
        }),
      )
  }

  private async selectionOf(
    name: Collection['id'],
    format: ExportFormat,
    query: ExportQuery,
  ): Promise<ExportSelection> {
    const collection = collectionOf(name)
    const { filter: text, ...choice } = query
    if (!collection.ofRun && Object.values(choice).some((value) => value !== undefined))
      throw new BadRequestException(`${name} speaks of no run: run, rule and date mean nothing here`)
    const run = collection.ofRun ? await this.runs.resolve(choice) : null
    const filter = text === undefined ? null : cql2FilterOf(collection, text)
    const layer = format === 'csv' ? asPoints(collection) : collection
    const edition = await this.revisionOf(collection)
    const parts = [name, format, run?.id, run?.digest, filter, edition, this.settings.version]
    const tag = edition && `"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}"`
    return { layer, format, run, filter, edition, tag }
  }

  /** Changes with whatever people changed; null of what changes without them. */
  private async revisionOf({ id }: Collection): Promise<string | null> {
    return id === 'probes_public' ? null : collectionRevision(this.source.manager)
  }

  private chunksOf({ layer, format, run, filter }: ExportSelection) {
    return EXPORT_FORMATS[format].write(layer, exportFeatures(this.source.manager, layer, run, filter))
  }

  /** Ends with an error where something was changed meanwhile: half of it would be of before. */
  private async *failIfChanged<T>(
    { layer, edition }: ExportSelection,
    pieces: AsyncIterable<T>,
  ): AsyncGenerator<T> {
    yield* pieces
    if ((await this.revisionOf(layer)) !== edition)
      throw new Error(`${layer.id} changed while it was written`)
  }

  /** Who asks for a part after the whole need not wait until it was counted. */
  private async *withRememberedChecksum(chosen: ExportSelection): AsyncGenerator<string | Uint8Array> {
    const facts = yield* this.withChecksum(chosen)
    if (chosen.tag) this.checksums.set(chosen.tag, Promise.resolve(facts))
  }

  private async *withChecksum(chosen: ExportSelection): AsyncGenerator<string | Uint8Array, FileChecksum> {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const piece of this.failIfChanged(chosen, this.chunksOf(chosen))) {
      hash.update(piece)
      bytes += Buffer.byteLength(piece)
      yield piece
    }
    return { bytes, sha256: hash.digest('hex') }
  }

  private async checksumOf(chosen: ExportSelection): Promise<FileChecksum> {
    const known = chosen.tag && this.checksums.get(chosen.tag)
    if (known) return known
    const facts = this.computeChecksum(chosen)
    if (!chosen.tag) return facts
    const { tag } = chosen
    this.checksums.set(tag, facts)
    facts.catch(() => this.checksums.delete(tag))
    return facts
  }

  private async computeChecksum(chosen: ExportSelection): Promise<FileChecksum> {
    const counting = this.withChecksum(chosen)
    for (;;) {
      const { done, value } = await counting.next()
      if (done) return value
    }
  }
}

const unknownExport = (name: string) =>
  new NotFoundException(
    `there is no export "${name}"; there are ${COLLECTIONS.join(', ')}, each as ${Object.keys(EXPORT_FORMATS).join(', ')}`,
  )
