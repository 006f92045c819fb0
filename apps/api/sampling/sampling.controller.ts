import { type Rule } from '#domain/rule'
import { type Need, needsOf, routeOf } from '#domain/verdict'
import { type RunRow } from '#store/runs'
import { isSimulated } from '#store/sites'
import { type UndecidedPlace, rosterContextsOf, undecidedPlaces } from '#store/verdicts'
import { Controller, Get, Header, Query, Res } from '@nestjs/common'
import { ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { DataSource } from 'typeorm'
import { requireArea } from '../areas/require-area.js'
import { REVALIDATE } from '../http/cache-policy.js'
import { CSV_MEDIA_TYPE } from '../http/media-types.js'
import { DEFAULT_LIMIT, type Page, decodeCursor, pageOf } from '../http/page.dto.js'
import { RunResolver } from '../runs/run-resolver.js'
import { type RouteSheet, routeSheetCsv, routeSheetHtml } from './route-sheet.js'
import { RouteQuery, SamplingQuery } from './sampling.dto.js'

export interface SamplingPlace extends Omit<UndecidedPlace, 'networks' | 'cell'> {
  run: number
  /** The measurements that would decide it, for each network. */
  needs: Need[]
}

/** Limit of the stops; more are too many for a week. */
const MAX_STOPS = 300

/** Undecided places, the measurements that would decide them, and a route through them. */
@ApiTags('sampling')
@Controller('api/v1/sampling')
export class SamplingController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /**
   * Undecided or unmeasured cells with people or sites, by descending population, each with the measurements that would
   * decide it.
   */
  @Get()
  @Header('cache-control', REVALIDATE)
  async list(@Query() query: SamplingQuery): Promise<Page<SamplingPlace>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const key = decodeCursor(query.cursor, /^\d{1,10} \d{1,19}$/, '')
    const [population, cell] = key.split(' ')
    const after = key === '' ? null : { population: Number(population), cell: cell! }
    const { run, rule } = await this.runAndRule(query)
    const places = await undecidedPlaces(this.source.manager, run, { area: query.area ?? null, after, limit })
    const contexts = await this.contextsOf(run, rule, places)
    return pageOf(
      places,
      limit,
      (last) => `${last.population} ${last.cell}`,
      ({ cell, networks, ...place }) => ({
        ...place,
        run: run.id,
        needs: needsOf(rule, networks, contexts?.get(cell)),
      }),
    )
  }

  /** A route sheet for a commune or a province, to print or to load. */
  @Get('route')
  @ApiOkResponse({
    content: { 'text/html': { schema: { type: 'string' } }, 'text/csv': { schema: { type: 'string' } } },
  })
  @ApiResponse({ status: 304, description: 'Not modified.' })
  async route(@Query() query: RouteQuery, @Res() reply: FastifyReply): Promise<void> {
    const area = await requireArea(this.source.manager, query.area)
    const { run, rule } = await this.runAndRule(query)
    const page = { area: query.area, after: null, limit: MAX_STOPS }
    const places = await undecidedPlaces(this.source.manager, run, page)
    const contexts = await this.contextsOf(run, rule, places)
    const sheet: RouteSheet = {
      area,
      run,
      rule,
      // The route starts at the place with the largest population, where a team is most likely to set out.
      stops: routeOf(places).map((place) => ({
        ...place,
        needs: needsOf(rule, place.networks, contexts?.get(place.cell)),
      })),
      isCut: places.length === MAX_STOPS,
      isSimulated: await isSimulated(this.source.manager),
    }
    const isCsv = query.format === 'csv'
    void reply
      .header('cache-control', REVALIDATE)
      .header('content-type', isCsv ? CSV_MEDIA_TYPE : 'text/html; charset=utf-8')
    if (isCsv) void reply.header('content-disposition', `attachment; filename="route-${query.area}.csv"`)
    await reply.send(isCsv ? routeSheetCsv(sheet) : routeSheetHtml(sheet, query.lang ?? 'fr'))
  }

  private contextsOf(run: RunRow, rule: Rule, places: readonly UndecidedPlace[]) {
    const cells = places.map(({ cell }) => cell)
    return rosterContextsOf(this.source.manager, run, rule, cells)
  }

  private async runAndRule(choice: SamplingQuery | RouteQuery): Promise<{ run: RunRow; rule: Rule }> {
    const run = await this.runs.resolve(choice)
    return { run, rule: await this.runs.ruleOf(run) }
  }
}
