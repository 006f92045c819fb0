import {
  RETENTION_SUBJECTS,
  type Retention,
  type RetentionSubject,
  listRetention,
  setRetention,
} from '#store/audit'
import type { Account } from '#store/people'
import { Body, Controller, Get, NotFoundException, Param, Put } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import type { Page } from '../http/page.dto.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { RetentionBody } from './log.dto.js'

/** Retention: the time for which things are kept. */
@ApiTags('log')
@Controller('api/v1/retention')
export class RetentionController {
  constructor(private readonly source: DataSource) {}

  /** The kinds of things that are kept, and for how many days. */
  @Get()
  @RequireRight('read the log')
  async list(): Promise<Page<Retention>> {
    return { items: await listRetention(this.source.manager), next: null }
  }

  /** Sets how long something is kept. What is older is removed by the next nightly job. */
  @Put(':subject')
  @RequireRight('read the log')
  async set(
    @Param('subject') subject: string,
    @Body() { days }: RetentionBody,
    @CurrentAccount() author: Account,
  ): Promise<Retention> {
    if (!isRetentionSubject(subject))
      throw new NotFoundException(
        `subject "${subject}" has no retention; expected one of: ${RETENTION_SUBJECTS.join(', ')}`,
      )
    return setRetention(this.source, { subject, days }, author.name)
  }
}

const isRetentionSubject = (text: string): text is RetentionSubject =>
  (RETENTION_SUBJECTS as readonly string[]).includes(text)
