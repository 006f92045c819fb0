import { type ProgrammeSettings, settingsRejections } from '#domain/programme'
import { csvTable, xlsxTable } from '#formats/export'
import type { Account } from '#store/people'
import { currentCatalogue } from '#store/platforms'
import {
  type BoardGroup,
  type BoardRow,
  type ProgrammeSite,
  type SettingsVersion,
  type TargetProgress,
  currentSettings,
  listProgrammeSites,
  listSettings,
  programmeBoard,
  saveSettings,
  targetProgress,
} from '#store/programme'
import { isSimulated } from '#store/sites'
import {
  Body,
  ConflictException,
  Controller,
  Get,
  Header,
  Post,
  Query,
  UnprocessableEntityException,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { requireArea } from '../areas/require-area.js'
import { REVALIDATE } from '../http/cache-policy.js'
import { CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE } from '../http/media-types.js'
import { DEFAULT_LIMIT, type Page, PageQuery, decodeCursor, pageOf } from '../http/page.dto.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { writeRejections } from '../platforms/write-rejections.js'
import { Settings } from '../settings.js'
import { BoardQuery, ProgrammeFilter, ProgrammeSitesQuery, type SettingsBody } from './programme.dto.js'
import { COLUMNS, rowOf } from './site-table.js'

export interface ProgrammeBoard {
  /** HCP code of the area whose sites are counted; null for the country. */
  area: string | null
  /** Type of the counted sites; null for all. */
  type: string | null
  by: BoardGroup
  settings: SettingsVersion
  /** The targets of the whole country, whatever the area. */
  targets: TargetProgress[]
  /** Whether any data on this server was simulated for the demonstration. */
  simulated: boolean
  items: BoardRow[]
}

/** Limits of the rows of a table, because it is built in memory. */
const MAX_ROWS = { csv: 100_000, xlsx: 20_000 } as const
/** A code of a site, as a cursor holds it. */
const CURSOR_PATTERN = /^[\w.:-]{1,60}$/

/** The administrations' programme: how far the sites have come, and which devices fell silent. */
@ApiTags('programme')
@Controller('api/v1/programme')
export class ProgrammeController {
  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
  ) {}

  /** Sites by step and by the state of their devices, for the areas inside an area, or for types of sites; with the targets. */
  @Get('board')
  @Header('cache-control', REVALIDATE)
  async board(@Query() query: BoardQuery): Promise<ProgrammeBoard> {
    const db = this.source.manager
    const { by = 'region', type = null } = query
    const area = query.area === undefined ? null : (await requireArea(db, query.area)).code
    const settings = await currentSettings(db)
    const now = new Date(this.settings.clock())
    const items = await programmeBoard(db, settings, { area, type, by, now })
    const targets = await targetProgress(db, settings, now)
    return { area, type, by, settings, targets, simulated: await isSimulated(db), items }
  }

  /** The sites one by one, with the steps that each reached and the state of its devices. */
  @Get('sites')
  @Header('cache-control', REVALIDATE)
  async sites(@Query() query: ProgrammeSitesQuery): Promise<Page<ProgrammeSite>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const after = decodeCursor(query.cursor, CURSOR_PATTERN, '')
    return pageOf(await this.listed(query, after, limit), limit, ({ code }) => code)
  }

  /** The same sites as a CSV file. */
  @Get('sites.csv')
  @Header('content-type', CSV_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="programme.csv"')
  async csv(@Query() query: ProgrammeFilter): Promise<string> {
    return csvTable(await this.table(query, MAX_ROWS.csv))
  }

  /** The same sites as an Excel workbook. */
  @Get('sites.xlsx')
  @Header('content-type', XLSX_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="programme.xlsx"')
  async xlsx(@Query() query: ProgrammeFilter): Promise<Buffer> {
    return xlsxTable(await this.table(query, MAX_ROWS.xlsx))
  }

  /** The settings in force: targets with their sources, the platforms that a line must carry, days and shares of silence. */
  @Get('settings')
  @Header('cache-control', REVALIDATE)
  async current(): Promise<SettingsVersion> {
    return currentSettings(this.source.manager)
  }

  /** All versions of the settings, newest first. */
  @Get('settings/history')
  @Header('cache-control', REVALIDATE)
  async history(@Query() query: PageQuery): Promise<Page<SettingsVersion>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const before = Number(decodeCursor(query.cursor, /^\d{1,9}$/, '999999999'))
    const items = await listSettings(this.source.manager, { before, limit })
    return pageOf(items, limit, ({ version }) => String(version))
  }

  /** Writes the settings as a new version. */
  @Post('settings')
  @RequireRight('change the programme')
  async save(@Body() body: SettingsBody, @CurrentAccount() { name }: Account): Promise<SettingsVersion> {
    const { base, comment, ...settings } = body as Partial<SettingsBody>
    const { platforms } = await currentCatalogue(this.source.manager)
    const rejections = settingsRejections(
      settings,
      platforms.map(({ id }) => id),
    )
    const reasons = [...writeRejections(base, comment), ...rejections.map(({ reason }) => reason)]
    if (reasons.length > 0) throw new UnprocessableEntityException(reasons.join('; '))
    const write = { base: base!, author: name, comment: comment! }
    const result = await saveSettings(this.source, settings as ProgrammeSettings, write)
    if ('current' in result)
      throw new ConflictException(
        `base is ${String(base)}: the settings have version ${result.current} meanwhile; read them and change them again`,
      )
    return result.saved
  }

  private async listed(query: ProgrammeFilter, after: string, limit: number): Promise<ProgrammeSite[]> {
    const db = this.source.manager
    const { area = null, type = null, device = null, missing = null } = query
    const now = new Date(this.settings.clock())
    const settings = await currentSettings(db)
    return listProgrammeSites(db, settings, { area, type, device, missing, after, limit, now })
  }

  private async table(query: ProgrammeFilter, maxRows: number) {
    const sites = await this.listed(query, '', maxRows + 1)
    if (sites.length > maxRows)
      throw new UnprocessableEntityException(`the list has more than ${maxRows} sites: choose an area`)
    return { columns: COLUMNS, rows: sites.map(rowOf) }
  }
}
