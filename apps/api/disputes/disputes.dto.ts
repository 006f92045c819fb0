import {
  CLAIMS,
  type ClaimedState,
  DISPUTE_ACTIONS,
  DISPUTE_LIMITS,
  DISPUTE_STATES,
  DISPUTE_SUBJECTS,
  type DisputeAction,
  type DisputeState,
  type DisputeSubject,
} from '#domain/dispute'
import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { Type } from 'class-transformer'
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBase64,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator'
import { IntersectionType } from '@nestjs/swagger'
import { IsBooleanQuery } from '../http/boolean-query.js'
import { AreaChoice, PageQuery } from '../http/page.dto.js'

const H3_PATTERN = /^[0-9a-f]{15}$/
const MAX_RULE_LENGTH = 60

/** Filter of the disputes in a list or a file. */
export class DisputesFilter extends AreaChoice {
  /** An H3 cell of resolution 8. */
  @IsOptional()
  @Matches(H3_PATTERN, { message: 'cell must be an H3 cell of resolution 8' })
  cell?: string

  /** `unfinished` is every state that is neither decided nor withdrawn. */
  @IsOptional()
  @IsIn([...DISPUTE_STATES, 'unfinished'])
  state?: DisputeState | 'unfinished'

  /** The operator whose declaration is contested, or who contests. */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  operator?: string

  /** Whether the deadline has passed. */
  @IsOptional()
  @IsBooleanQuery()
  overdue?: boolean
}

export class DisputesQuery extends IntersectionType(PageQuery, DisputesFilter) {}

const BASE64_PER_BYTE = 4 / 3
const MAX_BASE64_LENGTH = Math.ceil(DISPUTE_LIMITS.documentBytes * BASE64_PER_BYTE) + 4

export class DocumentBody {
  /** The file's name, with the extension of its type. */
  @IsString()
  @Length(1, 100)
  // oxlint-disable-next-line no-control-regex
  @Matches(/^[^\u0000-\u001f\u007f/\\]+$/, { message: 'name must be a file name without folders' })
  name!: string

  /** The file itself in base64: PDF, PNG, JPEG or CSV, 1 MiB at most. */
  @IsString()
  @MaxLength(MAX_BASE64_LENGTH, { message: 'content must hold 1 MiB at most' })
  @IsBase64()
  content!: string
}

export class EvidenceBody {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(DISPUTE_LIMITS.documents)
  @ValidateNested({ each: true })
  @Type(() => DocumentBody)
  documents?: DocumentBody[]
}

export class DisputeBody extends EvidenceBody {
  @IsIn(DISPUTE_SUBJECTS)
  subject!: DisputeSubject

  /** The H3 cell of resolution 8; for a device it must be the cell of its site. */
  @Matches(H3_PATTERN, { message: 'cell must be an H3 cell of resolution 8' })
  cell!: string

  /** The contested run, for a verdict; the default is the newest run of the rule. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(2 ** 31 - 1)
  run?: number

  /** The rule, for a verdict; the default is the default rule. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_RULE_LENGTH)
  rule?: string

  /** The operator that declares, for a declaration. */
  @ValidateIf(({ subject }: DisputeBody) => subject === 'declaration')
  @IsString()
  @Length(1, 100)
  operator?: string

  /** The declared technology, for a declaration. */
  @ValidateIf(({ subject }: DisputeBody) => subject === 'declaration')
  @IsIn(TECHNOLOGIES)
  technology?: Technology

  /** The claim instead: a class for a verdict, `slower` or `absent` for a declaration. */
  @IsIn([...CLAIMS.verdict, ...CLAIMS.declaration])
  claimed!: ClaimedState

  /** The reason, in the words of its author. */
  @IsString()
  @Length(10, 2000)
  claim!: string

  /** Probes of this cell that are evidence. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(DISPUTE_LIMITS.probes)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  probeIds?: string[]

  /** Description of a document that both sides know, without a link. */
  @IsOptional()
  @IsString()
  @Length(3, 500)
  reference?: string
}

export class DisputeEventBody extends EvidenceBody {
  @IsIn(DISPUTE_ACTIONS)
  action!: DisputeAction

  /** The reason. The comment of a decision is public. */
  @IsString()
  @Length(3, 2000)
  comment!: string
}
