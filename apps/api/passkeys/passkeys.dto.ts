import { ArrayMaxSize, IsArray, IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator'

const BASE64URL = /^[\w-]+$/
/** Limit of the characters of a credential's id: 1,023 bytes (WebAuthn, section 4). */
const MAX_ID_LENGTH = 1_364
/** Limit of the characters of what a browser signs; an attestation with certificates has about 5,000. */
const MAX_ANSWER_LENGTH = 20_000
const MAX_NAME_LENGTH = 60

export class PasskeyNameBody {
  /** The person's name for the passkey. */
  @IsString()
  @Length(1, MAX_NAME_LENGTH)
  @Matches(/\S/, { message: 'name must have a letter' })
  name!: string
}

export class NewPasskeyBody extends PasskeyNameBody {
  /** The credential's id, in base64url, as all that follows. */
  @IsString()
  @MaxLength(MAX_ID_LENGTH)
  @Matches(BASE64URL)
  id!: string

  /** `response.clientDataJSON` of the browser's answer. */
  @IsString()
  @MaxLength(MAX_ANSWER_LENGTH)
  @Matches(BASE64URL)
  clientData!: string

  /** `response.attestationObject` of the browser's answer. */
  @IsString()
  @MaxLength(MAX_ANSWER_LENGTH)
  @Matches(BASE64URL)
  attestation!: string

  /** `response.getTransports()` of the browser's answer. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(8)
  @IsString({ each: true })
  @MaxLength(20, { each: true })
  transports?: string[]
}

/** The answer of a browser that signs in with a passkey. */
export class PasskeyAnswer {
  /** The credential's id, in base64url, as all that follows. */
  @IsString()
  @MaxLength(MAX_ID_LENGTH)
  @Matches(BASE64URL)
  id!: string

  /** `response.clientDataJSON` of the browser's answer. */
  @IsString()
  @MaxLength(MAX_ANSWER_LENGTH)
  @Matches(BASE64URL)
  clientData!: string

  /** `response.authenticatorData` of the browser's answer. */
  @IsString()
  @MaxLength(MAX_ANSWER_LENGTH)
  @Matches(BASE64URL)
  authenticatorData!: string

  /** `response.signature` of the browser's answer. */
  @IsString()
  @MaxLength(MAX_ANSWER_LENGTH)
  @Matches(BASE64URL)
  signature!: string
}
