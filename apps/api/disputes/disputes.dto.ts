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
import { Transform, Type } from 'class-transformer'
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBase64,
  IsBoolean,
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
import { AreaChoice, PageQuery } from '../http/page.dto.js'

const H3_PATTERN = /^[0-9a-f]{15}$/
const MAX_RULE_LENGTH = 60

/** What a list or a file of disputes is narrowed to. */
export class DisputesFilter extends AreaChoice {
  /** An H3 cell of resolution 8. */
  @IsOptional()
  @Matches(H3_PATTERN, { message: 'cell must be an H3 cell of resolution 8' })
  cell?: string

  /** `unfinished` is every state that is neither decided nor withdrawn. */
  @IsOptional()
  @IsIn([...DISPUTE_STATES, 'unfinished'])
  state?: DisputeState | 'unfinished'

  /** Whose declaration it is, or who contests. */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  operator?: string

  /** True: those whose deadline is over. */
  @IsOptional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  overdue?: boolean
}

export class DisputesQuery extends IntersectionType(PageQuery, DisputesFilter) {}

const BASE64_PER_BYTE = 4 / 3
const MAX_BASE64_LENGTH = Math.ceil(DISPUTE_LIMITS.documentBytes * BASE64_PER_BYTE) + 4

export class DocumentBody {
  /** The file's name, with the ending of its type. */
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

  /** The H3 cell of resolution 8; a device's is that of its site. */
  @Matches(H3_PATTERN, { message: 'cell must be an H3 cell of resolution 8' })
  cell!: string

  /** Of a verdict: the run that is contested; absent: the newest of the rule. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(2 ** 31 - 1)
  run?: number

  /** Of a verdict: the rule; absent: the default one. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_RULE_LENGTH)
  rule?: string

  /** Of a declaration: who declares. */
  @ValidateIf(({ subject }: DisputeBody) => subject === 'declaration')
  @IsString()
  @Length(1, 100)
  operator?: string

  /** Of a declaration: what is declared. */
  @ValidateIf(({ subject }: DisputeBody) => subject === 'declaration')
  @IsIn(TECHNOLOGIES)
  technology?: Technology

  /** What it should be: of a verdict a class; of a declaration `slower` or `absent`. */
  @IsIn([...CLAIMS.verdict, ...CLAIMS.declaration])
  claimed!: ClaimedState

  /** Why, in the words of who contests. */
  @IsString()
  @Length(10, 2000)
  claim!: string

  /** Probes of this cell that show it. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(DISPUTE_LIMITS.probes)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  probeIds?: string[]

  /** A document that is known to both sides, described without a link. */
  @IsOptional()
  @IsString()
  @Length(3, 500)
  reference?: string
}

export class DisputeEventBody extends EvidenceBody {
  @IsIn(DISPUTE_ACTIONS)
  action!: DisputeAction

  /** Why; of a decision everybody reads it. */
  @IsString()
  @Length(3, 2000)
  comment!: string
}
