import { csvTable, xlsxTable } from '#formats/export'
import { type LineFigures, type PlatformCarry, carriesOfLine } from '#domain/platform'
import { cellToSql } from '#geo'
import {
  type CatalogueVersion,
  type SiteLines,
  currentCatalogue,
  figureWindow,
  lineFigures,
  listSiteLines,
} from '#store/platforms'
import { Controller, Get, Header, Param, Query, UnprocessableEntityException } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { requireArea } from '../areas/require-area.js'
import { REVALIDATE } from '../http/cache-policy.js'
import { CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE } from '../http/media-types.js'
import { Settings } from '../settings.js'
import { requireSite } from '../sites/require-site.js'
import { type PlatformBoard, boardOf } from './platforms.controller.js'
import { SiteTypeQuery } from './platforms.dto.js'

/** A line of a site with the answer for each platform. */
export interface SiteLine extends LineFigures {
  /** They stand in the order of the catalogue. */
  platforms: PlatformCarry[]
}

export interface SitePlatforms {
  /** Code of the site. */
  site: string
  catalogue: CatalogueVersion
  /** Begin and end of the time whose measurements count. */
  from: Date
  to: Date
  /** Whether the site was simulated for the demonstration. */
  simulated: boolean
  /** The networks that were measured at the site; empty where nothing was. */
  lines: SiteLine[]
}

/** Limits of the rows of a table, because it is built in memory; each site has a row for each platform and line. */
const MAX_SITES = { csv: 4_000, xlsx: 1_000 } as const

/** The platforms that the lines of sites carry. */
@ApiTags('platforms')
@Controller('api/v1')
export class SitePlatformsController {
  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
  ) {}

  /** The platforms that each line of a site carries, for how many people, or which quantity fails; from all its newest probes. */
  @Get('sites/:code/platforms')
  @Header('cache-control', REVALIDATE)
  async ofSite(@Param('code') code: string): Promise<SitePlatforms> {
    const db = this.source.manager
    const site = await requireSite(db, code)
    const catalogue = await currentCatalogue(db)
    const window = figureWindow(catalogue.evidence, new Date(this.settings.clock()))
    const figures = await lineFigures(db, [{ code, cell: cellToSql(site.h3) }], catalogue.evidence, window)
    const lines = (figures.get(code) ?? []).map((line) => ({
      ...line,
      platforms: carriesOfLine(line, catalogue),
    }))
    return { site: code, catalogue, ...window, simulated: site.simulated, lines }
  }

  /** Number of sites of an area that carry each platform, that do not, and of which it is not known. */
  @Get('areas/:code/platforms')
  @Header('cache-control', REVALIDATE)
  async ofArea(@Param('code') code: string, @Query() { type }: SiteTypeQuery): Promise<PlatformBoard> {
    const { code: area } = await requireArea(this.source.manager, code)
    return boardOf(this.source.manager, { area, type: type ?? null })
  }

  /** The sites of an area by line and platform, as a CSV file. */
  @Get('areas/:code/platforms.csv')
  @Header('content-type', CSV_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="platforms.csv"')
  async csv(@Param('code') code: string, @Query() query: SiteTypeQuery): Promise<string> {
    return csvTable(await this.table(code, query, MAX_SITES.csv))
  }

  /** The same table as an Excel workbook. */
  @Get('areas/:code/platforms.xlsx')
  @Header('content-type', XLSX_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="platforms.xlsx"')
  async xlsx(@Param('code') code: string, @Query() query: SiteTypeQuery): Promise<Buffer> {
    return xlsxTable(await this.table(code, query, MAX_SITES.xlsx))
  }

  private async table(code: string, { type }: SiteTypeQuery, maxSites: number) {
    const db = this.source.manager
    const { code: area } = await requireArea(db, code)
    const sites = await listSiteLines(db, { area, type: type ?? null }, maxSites + 1)
    if (sites.length > maxSites)
      throw new UnprocessableEntityException(
        `area ${area} has more than ${maxSites} sites: choose a smaller area or a type of site`,
      )
    const catalogue = await currentCatalogue(db)
    return { columns: COLUMNS, rows: sites.flatMap((site) => rowsOf(site, catalogue)) }
  }
}

const COLUMNS = [
  'site_code',
  'name',
  'name_ar',
  'type',
  'commune_code',
  'operator',
  'technology',
  'platform',
  'state',
  'people',
  'failing',
  'unmeasured',
  'transfer_seconds',
  'office_download_bps',
  'office_upload_bps',
  'office_latency_ms',
  'office_loss_ratio',
  'catalogue_version',
  'computed_at',
  'simulated',
]

type Row = (string | number | null)[]

/** A site without a measured line has one row for each platform, too: nothing is known of it. */
function rowsOf(site: SiteLines, catalogue: CatalogueVersion): Row[] {
  const { code, name, nameAr, type, communeCode, simulated, computedAt } = site
  const lines: readonly (LineFigures | null)[] = site.lines.length > 0 ? site.lines : [null]
  const before = [code, name, nameAr, type, communeCode]
  const after = [catalogue.version, computedAt?.toISOString() ?? null, String(simulated)]
  return lines.flatMap((line) =>
    line === null
      ? catalogue.platforms.map(({ id }) => [...before, null, null, id, 'unknown', ...EMPTY, ...after])
      : carriesOfLine(line, catalogue).map((carry) => [...before, ...lineRow(line, carry), ...after]),
  )
}

/** The cells of what was not measured: from the number of people to the loss. */
const EMPTY: readonly null[] = Array.from({ length: 8 }, () => null)

function lineRow({ operator, technology, office }: LineFigures, carry: PlatformCarry): Row {
  const { platform, state, people, failing, unmeasured, transferSeconds } = carry
  const { download, upload, latency, loss } = office
  return [
    operator,
    technology,
    platform,
    state,
    people,
    failing.join(' '),
    unmeasured.join(' '),
    transferSeconds,
    ...[download, upload, latency, loss].map((figure) => figure?.value ?? null),
  ]
}
