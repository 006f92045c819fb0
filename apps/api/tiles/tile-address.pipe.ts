import { MAX_ZOOM, MIN_ZOOM, type TileAddress, isTile } from '#geo'
import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common'

/** The end of every tile's path: `…/:z/:x/:file`, where the file is `{y}.mvt`. */
export const TILE_PATH = ':z/:x/:file'

type TilePathParameters = Record<'z' | 'x' | 'file', string>

const FORM = /^(\d{1,8})\/(\d{1,8})\/(\d{1,8})\.mvt$/

/** Reads the address of a tile from the path. `@Param(TileAddressPipe)` is the only place that knows its grammar. */
@Injectable()
export class TileAddressPipe implements PipeTransform<TilePathParameters, TileAddress> {
  transform({ z, x, file }: TilePathParameters): TileAddress {
    const path = `${z}/${x}/${file}`
    const [zoom, column, row] = (FORM.exec(path) ?? []).slice(1).map(Number)
    const tile = { z: zoom ?? NaN, x: column ?? NaN, y: row ?? NaN }
    if (!isTile(tile))
      throw new BadRequestException(
        `tile must be z/x/y.mvt with z from ${MIN_ZOOM} to ${MAX_ZOOM}; it is ${path}`,
      )
    return tile
  }
}
