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
import { REVALIDATE } from '../http/cache-policy.js'
import { ConditionalGet } from '../http/conditional-get.js'
import { DEFAULT_LIMIT, type Page, decodeCursor, pageOf } from '../http/page.dto.js'
import { FieldChoice } from '../http/sparse-fields.dto.js'
import { SelectableFields } from '../http/sparse-fields.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { RunResolver } from './run-resolver.js'
import { RunBody, RunsQuery } from './runs.dto.js'

/** The form of a rule in a request. `ruleRejections` checks its data. A rule that names no `roster` judges without one. */
export type RuleBody = Omit<Rule, 'version' | 'roster'> & Partial<Pick<Rule, 'roster'>>

/** A position before the newest run. */
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
  'partial',
] as const

/** All rules have the same fields. */
const RULE_FIELDS = ['id', ...(Object.keys(SHIPPED_RULES[0]!) as (keyof Rule)[]), 'sentence'] as const

export interface RuleInWords extends Rule {
  sentence: Words
}

/** Rules and their runs. */
@ApiTags('runs')
@Controller('api/v1')
export class RunsController {
  constructor(
    private readonly source: DataSource,
    private readonly batch: BatchSource,
    private readonly runs: RunResolver,
  ) {}

  /** The rules in their newest versions, each with its thresholds, its source and a sentence that explains it. */
  @Get('rules')
  @Header('cache-control', REVALIDATE)
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

  /** Saves a custom rule, as a new version each time its data change. The project's own rules cannot be changed. */
  @Post('rules')
  @RequireRight('save rules')
  async save(@Body() body: RuleBody, @CurrentAccount() author: Account): Promise<RuleInWords> {
    const rejections = ruleRejections(body)
    if (rejections.length > 0)
      throw new UnprocessableEntityException(rejections.map(({ reason }) => reason).join('; '))
    const { version: _given, roster = null, ...others } = body as Partial<Rule> & RuleBody
    const rule = { ...others, roster }
    if (SHIPPED_RULES.some((shipped) => shipped.id === rule.id))
      throw new UnprocessableEntityException(
        `id "${rule.id}" is one of the project's own rules: choose another`,
      )
    const before = (await findRule(this.source.manager, rule.id)) ?? null
    const saved = await saveRule(this.source, rule)
    await recordChange(this.source.manager, author.name, 'save rule', `${saved.id} ${saved.version}`, {
      before,
      after: saved,
    })
    return { ...saved, sentence: sentenceOf(saved) }
  }

  /** Runs, newest or oldest first. */
  @Get('runs')
  @Header('cache-control', REVALIDATE)
  @ConditionalGet('newest run', 'changes')
  @SelectableFields<RunRow>(...RUN_FIELDS)
  async list(@Query() query: RunsQuery): Promise<Page<RunRow>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const order = query.sort ?? '-id'
    const cursor = Number(decodeCursor(query.cursor, /^\d{1,10}$/, order === '-id' ? NEWEST : '0'))
    const page = { rule: query.rule, limit, ...(order === '-id' ? { before: cursor } : { after: cursor }) }
    const items = await listRuns(this.source.manager, page)
    return pageOf(items, limit, ({ id }) => String(id))
  }

  /** One run. */
  @Get('runs/:id')
  async one(@Param('id', ParseIntPipe) id: number): Promise<RunRow> {
    return this.runs.byId(id)
  }

  /** Evaluates a rule. Without dates the run becomes the rule's newest one. */
  @Post('runs')
  @RequireRight('make runs')
  async classify(@Body() body: RunBody, @CurrentAccount() author: Account): Promise<RunRow> {
    const rule = await this.requireRule(body.rule)
    const request = {
      rule,
      from: dateOf('from', body.from),
      to: dateOf('to', body.to),
      knownBefore: dateOf('knownBefore', body.knownBefore),
    }
    if (request.from && request.to && request.from >= request.to)
      throw new UnprocessableEntityException(`from must be before to; from is ${body.from}, to is ${body.to}`)
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

/** Parses a date. ISO 8601 also has week dates and ordinal dates, which JavaScript does not parse. */
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
