import { type PlatformCatalogue, catalogueRejections } from '#domain/platform'
import type { Account } from '#store/people'
import {
  type CatalogueVersion,
  type PlatformCounts,
  countSitePlatforms,
  currentCatalogue,
  listCatalogues,
  saveCatalogue,
} from '#store/platforms'
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
import { REVALIDATE } from '../http/cache-policy.js'
import { ConditionalGet } from '../http/conditional-get.js'
import { DEFAULT_LIMIT, type Page, PageQuery, decodeCursor, pageOf } from '../http/page.dto.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { writeRejections } from './write-rejections.js'
import { type CatalogueBody, SiteTypeQuery } from './platforms.dto.js'

export interface PlatformBoard extends PlatformCounts {
  /** HCP code; null for the country. */
  area: string | null
  /** Type of the counted sites; null for all. */
  type: string | null
  catalogue: CatalogueVersion
  /** Whether any data on this server was simulated for the demonstration. */
  simulated: boolean
}

/** Platforms that administrations work with, what they need of a line, and how many sites carry them. */
@ApiTags('platforms')
@Controller('api/v1/platforms')
export class PlatformsController {
  constructor(private readonly source: DataSource) {}

  /** The catalogue in force: platforms, what each needs with its source, and which measurements count. */
  @Get()
  @Header('cache-control', REVALIDATE)
  @ConditionalGet('changes')
  async current(): Promise<CatalogueVersion> {
    return currentCatalogue(this.source.manager)
  }

  /** All versions of the catalogue, newest first. */
  @Get('history')
  @Header('cache-control', REVALIDATE)
  @ConditionalGet('changes')
  async history(@Query() query: PageQuery): Promise<Page<CatalogueVersion>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const before = Number(decodeCursor(query.cursor, /^\d{1,9}$/, '999999999'))
    const items = await listCatalogues(this.source.manager, { before, limit })
    return pageOf(items, limit, ({ version }) => String(version))
  }

  /** Number of sites of the country that carry each platform, that do not, and of which it is not known. */
  @Get('counts')
  @Header('cache-control', REVALIDATE)
  async counts(@Query() { type }: SiteTypeQuery): Promise<PlatformBoard> {
    return boardOf(this.source.manager, { area: null, type: type ?? null })
  }

  /** Writes the catalogue as a new version; the sites are judged by it within minutes. */
  @Post()
  @RequireRight('change the programme')
  async save(@Body() body: CatalogueBody, @CurrentAccount() { name }: Account): Promise<CatalogueVersion> {
    const { base, comment, evidence, platforms } = body as Partial<CatalogueBody>
    const rejections = [
      ...writeRejections(base, comment),
      ...catalogueRejections(evidence, platforms).map(({ reason }) => reason),
    ]
    if (rejections.length > 0) throw new UnprocessableEntityException(rejections.join('; '))
    const catalogue = { evidence, platforms } as PlatformCatalogue
    const result = await saveCatalogue(this.source, catalogue, {
      base: base!,
      author: name,
      comment: comment!,
    })
    if ('current' in result)
      throw new ConflictException(
        `base is ${String(base)}: the catalogue has version ${result.current} meanwhile; read it and change it again`,
      )
    return result.saved
  }
}

/** The counts of a selection of sites beside the catalogue by which they were judged. */
export async function boardOf(
  db: DataSource['manager'],
  selection: { area: string | null; type: string | null },
): Promise<PlatformBoard> {
  const catalogue = await currentCatalogue(db)
  const counts = await countSitePlatforms(db, selection, catalogue.platforms)
  return { ...selection, catalogue, simulated: await isSimulated(db), ...counts }
}
