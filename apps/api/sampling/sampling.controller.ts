import { type Rule } from '#domain/rule'
import { type Need, needsOf, routeOf } from '#domain/verdict'
import { findArea } from '#store/areas'
import { type RunRow, findRule } from '#store/runs'
import { isSimulated } from '#store/sites'
import { type UndecidedPlace, undecidedPlaces } from '#store/verdicts'
import { Controller, Get, Header, NotFoundException, Query, Res } from '@nestjs/common'
import { ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { DataSource } from 'typeorm'
import { DEFAULT_LIMIT, type Page, encodeCursor, decodeCursor } from '../http/page.dto.js'
import { RunResolver } from '../runs/run-resolver.js'
import { type RouteSheet, routeSheetCsv, routeSheetHtml } from './route-sheet.js'
import { RouteQuery, SamplingQuery } from './sampling.dto.js'

export interface SamplingPlace extends Omit<UndecidedPlace, 'networks' | 'cell'> {
  run: number
  /** What would decide it, network by network. */
  needs: Need[]
}

/** More stops than this are no day's nor week's route. */
const MAX_STOPS = 300

/** Which undecided places would be decided by how many more measurements, and the way through them. */
@ApiTags('sampling')
@Controller('api/v1/sampling')
export class SamplingController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** Undecided or unmeasured cells with people or sites, most people first, each with what would decide it. */
  @Get()
  @Header('cache-control', 'no-cache')
  async list(@Query() query: SamplingQuery): Promise<Page<SamplingPlace>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const key = decodeCursor(query.cursor, /^\d{1,10} \d{1,19}$/, '')
    const [population, cell] = key.split(' ')
    const after = key === '' ? null : { population: Number(population), cell: cell! }
    const { run, rule } = await this.chosen(query)
    const places = await undecidedPlaces(this.source.manager, run, { area: query.area ?? null, after, limit })
    const last = places.at(-1)
    return {
      items: places.map(({ cell: _cell, networks, ...place }) => ({
        ...place,
        run: run.id,
        needs: needsOf(rule, networks),
      })),
      next: last && places.length === limit ? encodeCursor(`${last.population} ${last.cell}`) : null,
    }
  }

  /** A route sheet for a commune or a province, to print or to load. */
  @Get('route')
  @ApiOkResponse({
    content: { 'text/html': { schema: { type: 'string' } }, 'text/csv': { schema: { type: 'string' } } },
  })
  @ApiResponse({ status: 304, description: 'What `If-None-Match` names is still so.' })
  async route(@Query() query: RouteQuery, @Res() reply: FastifyReply): Promise<void> {
    const area = await findArea(this.source.manager, query.area)
    if (!area) throw new NotFoundException(`no area has the code "${query.area}"`)
    const { run, rule } = await this.chosen(query)
    const page = { area: query.area, after: null, limit: MAX_STOPS }
    const places = await undecidedPlaces(this.source.manager, run, page)
    const sheet: RouteSheet = {
      area,
      run,
      rule,
      // The first has most people: where a team most likely sets out.
      stops: routeOf(places).map((place) => ({ ...place, needs: needsOf(rule, place.networks) })),
      isCut: places.length === MAX_STOPS,
      isSimulated: await isSimulated(this.source.manager),
    }
    const isCsv = query.format === 'csv'
    void reply
      .header('cache-control', 'no-cache')
      .header('content-type', isCsv ? 'text/csv; charset=utf-8' : 'text/html; charset=utf-8')
    if (isCsv) void reply.header('content-disposition', `attachment; filename="route-${query.area}.csv"`)
    await reply.send(isCsv ? routeSheetCsv(sheet) : routeSheetHtml(sheet, query.lang ?? 'fr'))
  }

  private async chosen(choice: SamplingQuery | RouteQuery): Promise<{ run: RunRow; rule: Rule }> {
    const run = await this.runs.resolve(choice)
    return { run, rule: (await findRule(this.source.manager, run.rule, run.ruleVersion))! }
  }
}
