import { campaignOf, testPlanOf } from '#domain/campaign'
import type { Rule } from '#domain/rule'
import { planCostsAt } from '#store/plan'
import type { RunRow } from '#store/runs'
import { isSimulated } from '#store/sites'
import { type PartialPlace, partialPlaces, rosterContextsOf } from '#store/verdicts'
import { Controller, Get, Header, Query, Res } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { setImmediate } from 'node:timers/promises'
import { DataSource } from 'typeorm'
import { requireArea } from '../areas/require-area.js'
import { REVALIDATE } from '../http/cache-policy.js'
import { CSV_MEDIA_TYPE } from '../http/media-types.js'
import { RunResolver } from '../runs/run-resolver.js'
import {
  type CampaignAnswer,
  type CampaignSheet,
  type CampaignStop,
  countingTermsOf,
} from './campaign-answer.js'
import { campaignCsv, campaignGpx } from './campaign-files.js'
import { campaignHtml } from './campaign-sheet.js'
import { CampaignFileQuery, CampaignQuery } from './sampling.dto.js'

const DEFAULT_STOPS = 30
/** Limit of the places that are weighed; each costs some milliseconds. */
const MAX_PLACES = 300

/** Campaigns of measuring: where, of which operator and how often, so that a class is decided. */
@ApiTags('sampling')
@Controller('api/v1/sampling/campaign')
export class CampaignController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /**
   * A campaign through the places of an area of which something is known, but not their class: the fewest tests that would
   * decide each, what every outcome would mean, and a route. Empty under a rule that judges without a roster of operators.
   */
  @Get()
  @Header('cache-control', REVALIDATE)
  async campaign(@Query() query: CampaignQuery): Promise<CampaignAnswer> {
    return (await this.sheetOf(query)).answer
  }

  /** The same campaign as a table, as waypoints with a route, or on paper. */
  @Get('file')
  @ApiOkResponse({
    content: {
      'text/csv': { schema: { type: 'string' } },
      'application/gpx+xml': { schema: { type: 'string' } },
      'text/html': { schema: { type: 'string' } },
    },
  })
  async file(@Query() query: CampaignFileQuery, @Res() reply: FastifyReply): Promise<void> {
    const { area, format, lang = 'fr' } = query
    const sheet = await this.sheetOf(query)
    void reply.header('cache-control', REVALIDATE).header('content-type', MEDIA_TYPES[format])
    if (format !== 'html')
      void reply.header('content-disposition', `attachment; filename="campaign-${area}.${format}"`)
    const write = { csv: campaignCsv, gpx: campaignGpx, html: campaignHtml }[format]
    await reply.send(write(sheet, lang))
  }

  private async sheetOf(query: CampaignQuery): Promise<CampaignSheet> {
    const db = this.source.manager
    const { code, nameFr, nameAr } = await requireArea(db, query.area)
    const run = await this.runs.resolve(query)
    const rule = await this.runs.ruleOf(run)
    const places = await partialPlaces(db, run, { area: query.area, limit: MAX_PLACES })
    const weighed = await this.weighed(run, rule, places)
    const campaign = campaignOf(weighed, {
      order: query.sort ?? 'people',
      maxStops: query.stops ?? DEFAULT_STOPS,
    })
    const answer: CampaignAnswer = {
      run: run.id,
      rule: rule.id,
      ruleVersion: rule.version,
      area: { code, nameFr, nameAr },
      ...campaign,
      isCut: places.length === MAX_PLACES,
      counting: countingTermsOf(rule),
      simulated: await isSimulated(db),
    }
    return { answer, run, rule }
  }

  /** The places with their tests. Other requests are answered in between, because each place costs some milliseconds. */
  private async weighed(
    run: RunRow,
    rule: Rule,
    places: readonly PartialPlace[],
  ): Promise<Omit<CampaignStop, 'rank'>[]> {
    const cells = places.map(({ cell }) => cell)
    const contexts = await rosterContextsOf(this.source.manager, run, rule, cells)
    const costs = await planCostsAt(this.source.manager, cells)
    const weighed: Omit<CampaignStop, 'rank'>[] = []
    for (const { cell, networks, ...place } of places) {
      const context = contexts?.get(cell)
      const plan = context ? testPlanOf(rule, networks, context) : { tests: [], decides: 0 }
      weighed.push({ ...place, ...plan, atStakeMad: costs.get(cell) ?? null })
      await setImmediate()
    }
    return weighed
  }
}

const MEDIA_TYPES = {
  csv: CSV_MEDIA_TYPE,
  gpx: 'application/gpx+xml; charset=utf-8',
  html: 'text/html; charset=utf-8',
} as const
