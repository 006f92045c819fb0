import { isInScope } from '#domain/account'
import type { GeoPoint } from '#domain/probe'
import { UnreadableFileError } from '#formats/file'
import { ImportQuestion } from '#formats/tools'
import { type ImportOptions, ProbeWriter, importResults, previewResults } from '#ingest'
import { indexesOutside } from '#store/areas'
import { type Account, type Device, recordChange } from '#store/people'
import { findSite } from '#store/sites'
import { Controller, HttpCode, Post, Query, Req, UnprocessableEntityException } from '@nestjs/common'
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiOkResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { DataSource } from 'typeorm'
import { CurrentAccount } from '../people/role-guard.js'
import { AllowDevice, RequireRight } from '../people/route-rights.js'
import { outsideScope } from '../people/scope-refusal.js'
import { FileReader } from '../reading/file-reader.js'
import { Settings } from '../settings.js'
import { Metrics } from '../status/metrics.js'
import { fileOptionsOf } from '../http/files/file-options.dto.js'
import { EMPTY_BODY, fileRefusal } from '../http/files/file-refusal.js'
import { refusal } from '../http/problem.js'
import { drain } from '../http/bodies/bodies.js'
import { Devices } from './devices.js'
import { ImportAnswer, ImportQuery, PreviewAnswer } from './import.dto.js'

@ApiTags('probes')
@Controller('api/v1/probes/import')
export class ImportController {
  constructor(
    private readonly source: DataSource,
    private readonly writer: ProbeWriter,
    private readonly devices: Devices,
    private readonly settings: Settings,
    private readonly metrics: Metrics,
    private readonly files: FileReader,
  ) {}

  /**
   * Takes results of other tools: JSON, NDJSON, CSV or XLSX, gzip or not, of any length. The tool and the units are
   * found out; what cannot be is asked (422, nothing written). For a planner, or for a device by its token.
   */
  @Post()
  @HttpCode(200)
  @RequireRight('import probes')
  @AllowDevice()
  @ApiBearerAuth()
  @ApiConsumes('application/json', 'application/x-ndjson', 'text/csv', 'application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiExtraModels(PreviewAnswer, ImportAnswer)
  @ApiOkResponse({
    schema: { oneOf: [{ $ref: getSchemaPath(ImportAnswer) }, { $ref: getSchemaPath(PreviewAnswer) }] },
  })
  async post(
    @Req() request: FastifyRequest,
    @Query() query: ImportQuery,
    @CurrentAccount() account: Account | undefined,
  ): Promise<ImportAnswer | PreviewAnswer> {
    const options = {
      ...(await this.measuredLineOf(request, query, account)),
      ...optionsOf(query),
      clock: this.settings.clock,
      ...(account?.areas && {
        outsidersAmong: (points: readonly GeoPoint[]) =>
          indexesOutside(this.source.manager, account.areas, points),
      }),
      read: (...file: Parameters<FileReader['results']>) => this.files.results(...file),
    }
    const body = request.body as Readable | undefined
    if (!body) throw new UnprocessableEntityException(refusal('file_empty', EMPTY_BODY))
    try {
      if (query.preview) return await previewResults(body, options)
      const result = await importResults(this.writer, body, options)
      this.metrics.countIngested(result)
      if (account) await this.recordImport(account, result.accepted, query)
      return result
    } catch (error) {
      if (error instanceof ImportQuestion) throw new UnprocessableEntityException(error.message)
      if (error instanceof UnreadableFileError) throw new UnprocessableEntityException(fileRefusal(error))
      throw error
    } finally {
      drain(request)
    }
  }

  private async measuredLineOf(
    request: FastifyRequest,
    { site, operator, technology }: ImportQuery,
    account: Account | undefined,
  ): Promise<Pick<ImportOptions, 'device' | 'operator' | 'technology'>> {
    const { authorization } = request.headers
    // With an account the token, if there is one, is the key of a program.
    const device = authorization && !account ? await this.devices.ofToken(authorization) : null
    if (device && site !== undefined && site !== device.siteCode)
      throw new UnprocessableEntityException(
        `site is "${site}": the token is of a device at ${device.siteCode}`,
      )
    const code = device?.siteCode ?? site
    if (code === undefined) return { device: null, operator, technology }
    const found = await findSite(this.source.manager, code)
    if (!found)
      throw new UnprocessableEntityException(
        refusal('site_unknown', `site is "${code}": no site has this code`, { site: code }),
      )
    if (account && !isInScope(found.communeCode, account.areas)) throw outsideScope(account, `site "${code}"`)
    const place: Device = device ?? { id: null, siteCode: found.code, lat: found.lat, lng: found.lng }
    return { device: place, operator: operator ?? found.operator, technology: technology ?? found.technology }
  }

  private async recordImport({ name }: Account, accepted: number, query: ImportQuery): Promise<void> {
    await recordChange(this.source.manager, name, 'import probes', `${accepted} probes`, { ...query })
  }
}

/** The options of the query for reading the file. */
function optionsOf(query: ImportQuery) {
  const { format, unit, lossUnit, measuredAt, lat, lng } = query
  return {
    ...fileOptionsOf(query),
    format: format === undefined || format === 'auto' ? null : format,
    unit: unit ?? null,
    lossUnit,
    measuredAt,
    lat,
    lng,
  }
}
