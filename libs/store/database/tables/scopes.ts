/** The areas that accounts and API keys are bound to. */
import { Entity, Column, ForeignKey, PrimaryColumn } from 'typeorm'
import { ApiKeyEntity } from './keys.js'
import { AccountEntity } from './people.js'
import { AreaEntity } from './places.js'

/** An area that an account is bound to. The area cannot be deleted: without the row the account would have more rights. */
@Entity('account_area')
@ForeignKey(() => AreaEntity, ['areaCode', 'areaVintage'], ['code', 'vintage'], { name: 'account_area_area' })
export class AccountAreaEntity {
  @PrimaryColumn('text', { name: 'account_name' })
  @ForeignKey(() => AccountEntity, 'name', {
    name: 'account_area_account',
    onUpdate: 'CASCADE',
    onDelete: 'CASCADE',
  })
  accountName!: string
  @PrimaryColumn('text', { name: 'area_code' }) areaCode!: string
  @Column('smallint', { name: 'area_vintage' }) areaVintage!: number
}

/** An area that an API key is bound to, as an account. */
@Entity('api_key_area')
@ForeignKey(() => AreaEntity, ['areaCode', 'areaVintage'], ['code', 'vintage'], { name: 'api_key_area_area' })
export class ApiKeyAreaEntity {
  @PrimaryColumn('uuid', { name: 'key_id' })
  @ForeignKey(() => ApiKeyEntity, 'id', { name: 'api_key_area_key', onDelete: 'CASCADE' })
  keyId!: string
  @PrimaryColumn('text', { name: 'area_code' }) areaCode!: string
  @Column('smallint', { name: 'area_vintage' }) areaVintage!: number
}
