/** Runs GDAL's programs, the library with which QGIS reads files. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

export const HAS_GDAL = existsSync('/usr/bin/ogr2ogr') && existsSync('/usr/bin/ogrinfo')
if (!HAS_GDAL) console.log('skipped: GDAL is not installed (apt-get install gdal-bin)')

const run = promisify(execFile)
/** Limit of the output of one call. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024

/** Runs a program and gives both streams, because GDAL may succeed and still print a warning. */
export async function gdal(
  program: 'ogrinfo' | 'ogr2ogr',
  ...args: string[]
): Promise<{ out: string; err: string }> {
  const { stdout, stderr } = await run(program, args, { maxBuffer: MAX_OUTPUT_BYTES })
  return { out: stdout, err: stderr }
}

export interface GdalFeature {
  geometry: { type: string; coordinates: unknown }
  properties: Record<string, unknown>
}

/** All features of a layer as GDAL reads them. */
export async function gdalFeatures(source: string, ...args: string[]): Promise<GdalFeature[]> {
  const { out, err } = await gdal(
    'ogr2ogr',
    '-f',
    'GeoJSON',
    '-lco',
    'COORDINATE_PRECISION=15',
    '/vsistdout/',
    source,
    ...args,
  )
  if (err.trim() !== '') throw new Error(err)
  return (JSON.parse(out) as { features: GdalFeature[] }).features
}
