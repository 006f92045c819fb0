import type { Account } from '#store/people'
import { type ErasureResult, type PersonalData, erasePerson, personalDataOf } from '#store/personal'
import {
  Body,
  ConflictException,
  Controller,
  Get,
  Header,
  HttpCode,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { BatchSource } from '../batch-source.js'
import { refusal } from '../http/problem.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { ErasureBody } from './personal.dto.js'

/** Everything that is kept of a person, for the person; and its erasure (law 09-08). */
@ApiTags('people')
@Controller('api/v1/personal-data')
export class PersonalDataController {
  constructor(private readonly batch: BatchSource) {}

  /** Everything that is kept of a person, by table, without secrets. */
  @Get(':name')
  @RequireRight('manage personal data')
  @Header('content-disposition', 'attachment; filename="personal-data.json"')
  async data(@Param('name') name: string): Promise<PersonalData> {
    const data = await personalDataOf(this.batch.source.manager, name)
    if (Object.keys(data.tables).length === 0) throw new NotFoundException(`nothing is kept of "${name}"`)
    return data
  }

  /**
   * Erases a person: the account ends, and a pseudonym takes the place of its name everywhere, in the log too. Probes and verdicts
   * stay. It cannot be undone.
   */
  @Post(':name/erasure')
  @HttpCode(200)
  @RequireRight('manage personal data')
  async erase(
    @Param('name') name: string,
    @Body() { comment, devices = [] }: ErasureBody,
    @CurrentAccount() author: Account,
  ): Promise<ErasureResult> {
    const result = await erasePerson(this.batch.source, { name, devices, comment, author: author.name })
    if (!('refused' in result)) return result
    if (result.refused === 'unknown') throw new NotFoundException(`name "${name}": there is no such account`)
    throw new ConflictException(
      result.refused === 'oneself'
        ? refusal('erasure_of_oneself', `name "${name}" is yours: another administrator must erase it`)
        : refusal('last_administrator', `name "${name}" is the last administrator: name another one first`),
    )
  }
}
