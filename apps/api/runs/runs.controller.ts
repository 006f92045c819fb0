import { type Rule, SHIPPED_RULES, type Words, ruleRejections, sentenceOf } from '#domain/rule'
import { type Account, recordChange } from '#store/people'
import {
  FutureKnownBeforeError,
  type RunRow,
  classify,
  findRule,
  listRules,
  listRuns,
  saveRule,
} from '#store/runs'
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Header,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Query,
  UnprocessableEntityException,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { BatchSource } from '../batch-source.js'
import { DEFAULT_LIMIT, type Page, encodeCursor, decodeCursor } from '../http/page.dto.js'
import { FieldChoice } from '../http/sparse-fields.dto.js'
import { SelectableFields } from '../http/sparse-fields.js'
import { ConditionalGet } from '../http/conditional-get.js'
import { RequireRole, CurrentAccount } from '../people/role-guard.js'
import { RunResolver } from './run-resolver.js'
import { RunBody, RunsQuery } from './runs.dto.js'

/** As it should come: `ruleRejections` tells whether it does. */
export type RuleBody = Omit<Rule, 'version'>

const NEWEST = '2147483647'

const RUN_FIELDS = [
  'id',
  'rule',
  'ruleVersion',
  'series',
  'from',
  'to',
  'knownBefore',
  'digest',
  'createdAt',
  'createdBy',
  'current',
  'counts',
] as const

/** Every rule says all that there is to say. */
const RULE_FIELDS = ['id', ...(Object.keys(SHIPPED_RULES[0]!) as (keyof Rule)[]), 'sentence'] as const

export interface RuleInWords extends Rule {
  sentence: Words
}

/** Rules, and the evaluations made by them. */
@ApiTags('runs')
@Controller('api/v1')
export class RunsController {
  constructor(
    private readonly source: DataSource,
    private readonly batch: BatchSource,
    private readonly runs: RunResolver,
  ) {}

  /** The rules in force, each with its thresholds, its source and itself as a sentence. */
  @Get('rules')
  @Header('cache-control', 'no-cache')
  @ConditionalGet('changes')
  @SelectableFields<RuleInWords>(...RULE_FIELDS)
  async rules(@Query() _query: FieldChoice): Promise<Page<RuleInWords>> {
    const rules = await listRules(this.source.manager)
    return { items: rules.map((rule) => ({ ...rule, sentence: sentenceOf(rule) })), next: null }
  }

  /** One rule in its newest version. */
  @Get('rules/:id')
  async rule(@Param('id') id: string): Promise<RuleInWords> {
    const rule = await this.requireRule(id)
    return { ...rule, sentence: sentenceOf(rule) }
  }

  /** Keeps a rule of one's own: a new version each time its data change. The project's rules are not changed here. */
  @Post('rules')
  @RequireRole('planner')
  async save(@Body() body: RuleBody, @CurrentAccount() author: Account): Promise<RuleInWords> {
    const faults = ruleRejections(body)
    if (faults.length > 0)
      throw new UnprocessableEntityException(faults.map((fault) => fault.reason).join('; '))
    const { version: _given, ...rule } = body as Rule
    if (SHIPPED_RULES.some((shipped) => shipped.id === rule.id))
      throw new UnprocessableEntityException(
        `id "${rule.id}" is one of the project's own rules: choose another`,
      )
    const saved = await saveRule(this.source, rule)
    await recordChange(this.source.manager, author.name, 'save rule', `${saved.id} ${saved.version}`, saved)
    return { ...saved, sentence: sentenceOf(saved) }
  }

  /** Runs, the newest first or the oldest first. */
  @Get('runs')
  @Header('cache-control', 'no-cache')
  @ConditionalGet('newest run', 'changes')
  @SelectableFields<RunRow>(...RUN_FIELDS)
  async list(@Query() query: RunsQuery): Promise<Page<RunRow>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const order = query.sort ?? '-id'
    const cursor = Number(decodeCursor(query.cursor, /^\d{1,10}$/, order === '-id' ? NEWEST : '0'))
    const page = { rule: query.rule, limit, ...(order === '-id' ? { before: cursor } : { after: cursor }) }
    const items = await listRuns(this.source.manager, page)
    return { items, next: items.length === limit ? encodeCursor(String(items.at(-1)!.id)) : null }
  }

  /** One run. */
  @Get('runs/:id')
  async one(@Param('id', ParseIntPipe) id: number): Promise<RunRow> {
    return this.runs.byId(id)
  }

  /** Evaluates a rule. Without dates the run becomes the rule's latest. */
  @Post('runs')
  @RequireRole('planner')
  async classify(@Body() body: RunBody, @CurrentAccount() author: Account): Promise<RunRow> {
    const rule = await this.requireRule(body.rule)
    const request = {
      rule,
      from: dateOf('from', body.from),
      to: dateOf('to', body.to),
      knownBefore: dateOf('knownBefore', body.knownBefore),
    }
    if (request.from && request.to && request.from >= request.to)
      throw new UnprocessableEntityException(`from ${body.from} must lie before to ${body.to}`)
    const run = await classify(this.batch.source, { ...request, author: author.name }).catch(throwAsRefusal)
    await recordChange(this.source.manager, author.name, 'classify', String(run.id), body)
    return run
  }

  private async requireRule(id: string): Promise<Rule> {
    const rule = await findRule(this.source.manager, id)
    if (!rule) throw new NotFoundException(`no rule has the id "${id}"`)
    return rule
  }
}

/** ISO 8601 knows weeks and ordinal days, which JavaScript does not read. */
function dateOf(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const date = new Date(text)
  if (Number.isNaN(date.getTime()))
    throw new BadRequestException(`${field} must be a calendar date; it is "${text}"`)
  return date
}

function throwAsRefusal(error: unknown): never {
  if (error instanceof FutureKnownBeforeError) throw new UnprocessableEntityException(error.message)
  throw error
}
