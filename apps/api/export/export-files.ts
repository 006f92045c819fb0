/** The files of the export: rows, bytes, revision and checksum. */
import type { Filter } from '#domain/feature'
import { EXPORT_FORMATS, type ExportFormat, withByteOrderMark } from '#formats/export'
import { type Collection, asPoints, collectionOf, exportFeatures } from '#store/ogc'
import { collectionRevision } from '#store/people'
import type { RunRow } from '#store/runs'
import { BadRequestException, Injectable } from '@nestjs/common'
import { createHash } from 'node:crypto'
import { DataSource } from 'typeorm'
import { PromiseCache } from '../http/promise-cache.js'
import { cql2FilterOf } from '../ogc/items-query.js'
import { RunResolver } from '../runs/run-resolver.js'
import { Settings } from '../settings.js'
import { type ByteSpan, sliceBytes } from './byte-range.js'
import type { ExportQuery } from './export.dto.js'

/** One file: its content and its revision. */
export interface ExportSelection {
  layer: Collection
  format: ExportFormat
  run: RunRow | null
  filter: Filter | null
  /** Whether a CSV begins with the mark that Excel needs. */
  hasMark: boolean
  /**
   * A text that identifies the bytes: the same revision gives the same bytes; null if the rows grow while they are
   * read.
   */
  revision: string | null
  /** Strong ETag of the bytes as written; null if there is no revision. */
  tag: string | null
}

/** Size and checksum of a whole file. */
export interface FileChecksum {
  bytes: number
  /** Checksum in hexadecimal. */
  sha256: string
}

const MAX_CACHED_CHECKSUMS = 1_000

@Injectable()
export class ExportFiles {
  /** Checksums by ETag. Each costs writing the whole file once. */
  private readonly checksums = new PromiseCache<FileChecksum>({ max: MAX_CACHED_CHECKSUMS })

  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly settings: Settings,
  ) {}

  async selectionOf(
    name: Collection['id'],
    format: ExportFormat,
    { filter: text, bom = false, ...choice }: ExportQuery,
  ): Promise<ExportSelection> {
    const collection = collectionOf(name)
    if (!collection.ofRun && Object.values(choice).some((value) => value !== undefined))
      throw new BadRequestException(`${name} does not depend on a run: remove run, rule and date`)
    const run = collection.ofRun ? await this.runs.resolve(choice) : null
    const filter = text === undefined ? null : cql2FilterOf(collection, text)
    const layer = format === 'csv' ? asPoints(collection) : collection
    const revision = await this.revisionOf(collection)
    const hasMark = bom && format === 'csv'
    const parts = [name, format, run?.id, run?.digest, filter, revision, this.settings.version, hasMark]
    const tag = revision && `"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}"`
    return { layer, format, run, filter, hasMark, revision, tag }
  }

  /** The bytes of the file, or a span of them. They are read from the database as they are sent. */
  chunksOf(selection: ExportSelection, span?: ByteSpan): AsyncIterable<string | Uint8Array> {
    const { layer, format, run, filter, hasMark } = selection
    const features = exportFeatures(this.source.manager, layer, run, filter)
    const written = EXPORT_FORMATS[format].write(layer, features)
    const chunks = hasMark ? withByteOrderMark(written) : written
    return this.failIfChanged(selection, span ? sliceBytes(chunks, span) : chunks)
  }

  /** The same bytes. At the end their checksum is cached, so that a later request for a part need not wait for it. */
  async *chunksWithChecksum(selection: ExportSelection): AsyncGenerator<string | Uint8Array> {
    const checksum = yield* this.chunksAndChecksum(selection)
    if (selection.tag) this.checksums.set(selection.tag, checksum)
  }

  async checksumOf(selection: ExportSelection): Promise<FileChecksum> {
    const compute = () => this.computeChecksum(selection)
    return selection.tag ? this.checksums.getOrCompute(selection.tag, compute) : compute()
  }

  /** A text that changes whenever people change anything; null for measurements, which arrive without people. */
  private async revisionOf({ id }: Collection): Promise<string | null> {
    return id === 'probes_public' ? null : collectionRevision(this.source.manager)
  }

  /** Fails if the data changed meanwhile, because half of the file would be of the earlier revision. */
  private async *failIfChanged<T>(
    { layer, revision }: ExportSelection,
    chunks: AsyncIterable<T>,
  ): AsyncGenerator<T> {
    yield* chunks
    if ((await this.revisionOf(layer)) !== revision)
      throw new Error(`${layer.id} changed while it was written`)
  }

  private async *chunksAndChecksum(
    selection: ExportSelection,
  ): AsyncGenerator<string | Uint8Array, FileChecksum> {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of this.chunksOf(selection)) {
      hash.update(chunk)
      bytes += Buffer.byteLength(chunk)
      yield chunk
    }
    return { bytes, sha256: hash.digest('hex') }
  }

  private async computeChecksum(selection: ExportSelection): Promise<FileChecksum> {
    const chunks = this.chunksAndChecksum(selection)
    for (;;) {
      const { done, value } = await chunks.next()
      if (done) return value
    }
  }
}
