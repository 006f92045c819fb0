import { EXPORT_FORMATS, type ExportFormat, dataPackage, isExportFormat } from '#formats'
import {
  COLLECTIONS,
  type Collection,
  type RunRow,
  asPoints,
  collectionOf,
  exportFeatures,
  findRule,
  isCollection,
  isSimulated,
} from '#store'
import {
  BadRequestException,
  Controller,
  Get,
  Header,
  NotFoundException,
  Param,
  Query,
  Req,
  Res,
} from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { DataSource } from 'typeorm'
import { Runs } from '../runs/run-choice.js'
import { RunChoice } from '../runs/runs.dto.js'
import { PackageQuery } from './export.dto.js'

const MEDIA = Object.fromEntries(
  Object.values(EXPORT_FORMATS).map(({ mediaType }) => [
    mediaType.split(';')[0]!,
    { schema: { type: 'string', format: 'binary' } as const },
  ]),
)

/** Whole collections as files, written as they are read. */
@ApiTags('export')
@Controller('api/v1/export')
export class ExportController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: Runs,
  ) {}

  /** `file` is a collection and a format: `cells.csv`, `zones.geojson`, `sites.ndjson`, `areas.fgb`, `plan.parquet`. */
  @Get(':file')
  @ApiOkResponse({ content: MEDIA })
  @Header('cache-control', 'no-cache')
  async file(
    @Param('file') file: string,
    @Query() choice: RunChoice,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [name, format] = file.split(/\.(?=[^.]*$)/) as [string, string?]
    if (!isCollection(name) || format === undefined || !isExportFormat(format)) throw noFile(file)
    const { layer, run } = await this.chosen(name, format, choice)
    const about = run ? `${name}-run-${run.id}.${format}` : file
    void reply
      .header('content-type', EXPORT_FORMATS[format].mediaType)
      .header('content-disposition', `attachment; filename="${about}"`)
      .send(Readable.from(this.pieces(layer, format, run), { objectMode: false }))
  }

  /** What a file's columns are, by which rule and of which run, and its checksum, for which all of it is written once. */
  @Get(':collection/datapackage.json')
  @Header('cache-control', 'no-cache')
  async description(
    @Param('collection') name: string,
    @Query() { format = 'csv', ...choice }: PackageQuery,
    @Req() request: FastifyRequest,
  ) {
    if (!isCollection(name)) throw noFile(name)
    const db = this.source.manager
    const { layer, run } = await this.chosen(name, format, choice)
    const hash = createHash('sha256')
    let bytes = 0
    for await (const piece of this.pieces(layer, format, run)) {
      hash.update(piece)
      bytes += Buffer.byteLength(piece)
    }
    const rule = run && (await findRule(db, run.rule, run.ruleVersion))!
    return dataPackage({
      layer,
      format,
      path: `${request.protocol}://${request.host}/api/v1/export/${name}.${format}${run ? `?run=${run.id}` : ''}`,
      bytes,
      sha256: hash.digest('hex'),
      simulated: await isSimulated(db),
      licences: layer.licences,
      run: run && { ...run },
      rule: rule && { ...rule },
    })
  }

  private async chosen(name: Collection['id'], format: ExportFormat, choice: RunChoice) {
    const collection = collectionOf(name)
    if (!collection.ofRun && Object.values(choice).some((value) => value !== undefined))
      throw new BadRequestException(`${name} speaks of no run: run, rule and date mean nothing here`)
    const run = collection.ofRun ? await this.runs.chosen(choice) : null
    return { layer: format === 'csv' ? asPoints(collection) : collection, run }
  }

  private pieces(layer: Collection, format: ExportFormat, run: RunRow | null) {
    return EXPORT_FORMATS[format].write(layer, exportFeatures(this.source.manager, layer, run))
  }
}

const noFile = (name: string) =>
  new NotFoundException(
    `there is no export "${name}"; there are ${COLLECTIONS.join(', ')}, each as ${Object.keys(EXPORT_FORMATS).join(', ')}`,
  )
