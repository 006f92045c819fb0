import { isInScope } from '#domain/account'
import { operatorOf } from '#domain/operator'
import { LINE_ROLES, type LineRole } from '#domain/programme'
import type { Account } from '#store/people'
import { type LineRow, type LineVersion, lineVersions, linesOfSites, saveLine } from '#store/programme'
import {
  Body,
  ConflictException,
  Controller,
  Get,
  Header,
  NotFoundException,
  Param,
  Put,
  UnprocessableEntityException,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { PRIVATE, REVALIDATE } from '../http/cache-policy.js'
import type { Page } from '../http/page.dto.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { outsideScope } from '../people/scope-refusal.js'
import { Settings } from '../settings.js'
import { requireSite } from '../sites/require-site.js'
import { LineBody } from './programme.dto.js'

/** Lines of sites as people report them. */
@ApiTags('programme')
@Controller('api/v1/sites')
export class SiteLinesController {
  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
  ) {}

  /** The lines of a site: who provides them, and on which days they were surveyed, contracted and installed. */
  @Get(':code/lines')
  @Header('cache-control', REVALIDATE)
  async lines(@Param('code') code: string): Promise<Page<LineRow>> {
    await requireSite(this.source.manager, code)
    return { items: await linesOfSites(this.source.manager, [code]), next: null }
  }

  /** All versions of the lines of a site with their authors, newest first. */
  @Get(':code/lines/history')
  @Header('cache-control', PRIVATE)
  @RequireRight('change lines')
  async history(@Param('code') code: string, @CurrentAccount() account: Account): Promise<Page<LineVersion>> {
    await this.requireSiteInScope(code, account)
    return { items: await lineVersions(this.source.manager, code), next: null }
  }

  /** Writes a line as a whole, as a new version. */
  @Put(':code/lines/:role')
  @RequireRight('change lines')
  async save(
    @Param('code') code: string,
    @Param('role') role: string,
    @Body() { version, comment, ...body }: LineBody,
    @CurrentAccount() author: Account,
  ): Promise<LineRow> {
    if (!isLineRole(role))
      throw new NotFoundException(`role "${role}" is not one of ${LINE_ROLES.join(', ')}`)
    await this.requireSiteInScope(code, author)
    const line = { ...body, operator: body.operator && operatorOf(body.operator), siteCode: code, role }
    const result = await saveLine(this.source, line, {
      base: version,
      author: author.name,
      comment,
      now: new Date(this.settings.clock()),
    })
    if ('current' in result)
      throw new ConflictException(
        `version is ${String(version)}: the line has version ${result.current} meanwhile; read it and change it again`,
      )
    if ('rejections' in result)
      throw new UnprocessableEntityException(
        result.rejections.map(({ field, value, reason }) => `${field} is "${value}": ${reason}`).join('; '),
      )
    return result.line
  }

  private async requireSiteInScope(code: string, account: Account): Promise<void> {
    const { communeCode } = await requireSite(this.source.manager, code)
    if (!isInScope(communeCode, account.areas))
      throw outsideScope(account, `site "${code}" in ${communeCode}`)
  }
}

const isLineRole = (text: string): text is LineRole => (LINE_ROLES as readonly string[]).includes(text)
