import { IsIn, IsOptional, IsString, Length, MaxLength, ValidateIf } from 'class-validator'
import { PageQuery } from '../http/page.dto.js'

export class DevicesQuery extends PageQuery {
  /** Part of the code or name of a site, or of the name of a device. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  q?: string

  /** Whether revoked devices are listed as well. */
  @IsOptional()
  @IsIn(['true', 'false'])
  revoked?: 'true' | 'false'
}

export class DeviceBody {
  /** The name that administrators give the device; null for none. */
  @ValidateIf(({ name }: DeviceBody) => name !== null)
  @IsString()
  @Length(1, 100)
  name!: string | null
}
