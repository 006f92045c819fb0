import { EXPORT_FORMATS, dataPackage, isExportFormat } from '#formats/export'
import { COLLECTIONS, isCollection, licencesOf } from '#store/ogc'
import { isSimulated } from '#store/sites'
import {
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
import { Readable } from 'node:stream'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { hasMatchingEtag } from '../http/etag.js'
import { acceptsGzip } from '../http/gzip.js'
import { RunResolver } from '../runs/run-resolver.js'
import { Settings } from '../settings.js'
import { type ByteRange, byteRangeOf, byteSpanOf } from './byte-range.js'
import { ExportFiles, type ExportSelection } from './export-files.js'
import { ExportSlots } from './export-slots.js'
import { ExportQuery, PackageQuery } from './export.dto.js'

const EXPORT_CONTENT = Object.fromEntries(
  Object.values(EXPORT_FORMATS).map(({ mediaType }) => [
    mediaType.split(';')[0]!,
    { schema: { type: 'string', format: 'binary' } as const },
  ]),
)

/** Whole collections as files, which are written while they are read from the database. */
@ApiTags('export')
@Controller('api/v1/export')
export class ExportController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly settings: Settings,
    private readonly files: ExportFiles,
    private readonly slots: ExportSlots,
  ) {}

  /**
   * `file` is a collection and a format: `cells.csv`, `zones.geojson`, `sites.ndjson`, `areas.fgb`, `plan.parquet`. Parts of
   * it can be requested (`Range`, `If-Range`), except of measurements, which grow while they are read.
   */
  @Get(':file')
  @ApiOkResponse({ content: EXPORT_CONTENT })
  @ApiResponse({ status: 206, description: 'The requested part.', content: EXPORT_CONTENT })
  @ApiResponse({ status: 304, description: 'Not modified.' })
  @ApiResponse({ status: 416 })
  @Header('cache-control', REVALIDATE)
  @Header('vary', 'accept-encoding')
  async file(
    @Param('file') file: string,
    @Query() query: ExportQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [name, format] = file.split(/\.(?=[^.]*$)/) as [string, string?]
    if (!isCollection(name) || format === undefined || !isExportFormat(format)) throw unknownExport(file)
    this.slots.take(request, reply)
    const selection = await this.files.selectionOf(name, format, query)
    const { run, tag } = selection
    const fileName = run ? `${name}-run-${run.id}.${format}` : file
    void reply
      .header('content-type', EXPORT_FORMATS[format].mediaType)
      .header('content-disposition', `attachment; filename="${fileName}"`)
      .header('accept-ranges', tag ? 'bytes' : 'none')
    if (tag && hasMatchingEtag(request, tag)) return void reply.header('etag', tag).status(304).send()
    if (request.method === 'HEAD' && !tag) return void reply.send(Readable.from([]))
    if (tag) {
      if (request.method === 'HEAD') return this.sendHead(selection, request, reply)
      const range = byteRangeOf(request.headers, tag)
      if (range) return this.sendRange(selection, range, request, reply)
      // The gzipped bytes differ from the plain ones. A weak tag says so, and no part is requested with it.
      void reply.header('etag', acceptsGzip(request) ? `W/${tag}` : tag)
    }
    void reply.send(Readable.from(this.files.chunksWithChecksum(selection), { objectMode: false }))
  }

  /** Describes a file: its columns, its rule and run, and its checksum, for which the whole file is written once. */
  @Get(':collection/datapackage.json')
  @Header('cache-control', REVALIDATE)
  async description(
    @Param('collection') name: string,
    @Query() { format = 'csv', ...query }: PackageQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (!isCollection(name)) throw unknownExport(name)
    this.slots.take(request, reply)
    const selection = await this.files.selectionOf(name, format, query)
    const { layer, run } = selection
    const { bytes, sha256 } = await this.files.checksumOf(selection)
    const rule = run && (await this.runs.ruleOf(run))
    const fileQuery = new URLSearchParams({
      ...(run && { run: String(run.id) }),
      ...(query.filter && { filter: query.filter }),
      ...(query.bom && { bom: 'true' }),
    }).toString()
    return dataPackage({
      layer,
      format,
      path: `${request.publicUrl}/api/v1/export/${name}.${format}${fileQuery && `?${fileQuery}`}`,
      bytes,
      sha256,
      simulated: await isSimulated(this.source.manager),
      licences: licencesOf(layer, this.settings.config.dataLicence),
      run: run && { ...run },
      rule: rule && { ...rule },
    })
  }

  /** The headers with the length of the plain bytes: programs that read a file in parts (GDAL's /vsicurl/) ask for it first. */
  private async sendHead(
    selection: ExportSelection,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { bytes } = await this.files.checksumOf(selection)
    request.headers['x-no-compression'] = '1'
    // Fastify sets the length of an answer without a stream to 0.
    void reply.header('etag', selection.tag).header('content-length', bytes).send(Readable.from([]))
  }

  /**
   * Writes the file from its beginning and skips the bytes before the range: a file of a million cells takes seconds, and
   * nothing is stored.
   */
  private async sendRange(
    selection: ExportSelection,
    range: ByteRange,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { bytes, sha256 } = await this.files.checksumOf(selection)
    const span = byteSpanOf(range, bytes)
    if (!span) {
      void reply.header('content-range', `bytes */${bytes}`)
      throw new HttpException(`range is "${request.headers.range}": the file has ${bytes} bytes`, 416)
    }
    // The range counts plain bytes, so the part is not compressed.
    request.headers['x-no-compression'] = '1'
    void reply
      .status(206)
      .header('etag', selection.tag)
      .header('repr-digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`)
      .header('content-range', `bytes ${span.from}-${span.to}/${bytes}`)
      .header('content-length', span.to - span.from + 1)
      .send(Readable.from(this.files.chunksOf(selection, span), { objectMode: false }))
  }
}

const unknownExport = (name: string) =>
  new NotFoundException(
    `unknown export "${name}"; available: ${COLLECTIONS.join(', ')}, each as ${Object.keys(EXPORT_FORMATS).join(', ')}`,
  )
