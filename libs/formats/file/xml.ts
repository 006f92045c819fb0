/** XML as a stream of elements. Names come without their namespace prefix, since writers choose prefixes freely. */
import { SaxesParser } from 'saxes'

export type XmlAttributes = Readonly<Record<string, string>>

export interface XmlHandler {
  open?: (name: string, attributes: XmlAttributes) => void
  /** Text between tags, in pieces; CDATA sections included. */
  text?: (text: string) => void
  close?: (name: string) => void
}

/** XML that is not well-formed. */
export class XmlError extends Error {}

/** Elements within one another: the documents that we read have a dozen. */
const MAX_XML_DEPTH = 200

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/**
 * Feeds a document to a handler. A generator, so that whoever reads it can take out what the handler collected after each
 * chunk. Entities that a document defines itself are never expanded. Throws `XmlError`.
 */
export async function* parseXml(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { open, text, close }: XmlHandler,
): AsyncGenerator<void> {
  const parser = new SaxesParser({ xmlns: false, position: false })
  let depth = 0
  parser.on('error', (error) => {
    throw new XmlError(error.message)
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (++depth > MAX_XML_DEPTH) throw new XmlError(`elements are nested more than ${MAX_XML_DEPTH} deep`)
    open?.(localName(name), localAttributes(attributes))
  })
  parser.on('closetag', ({ name }) => {
    depth--
    close?.(localName(name))
  })
  if (text) {
    parser.on('text', text)
    parser.on('cdata', text)
  }
  let decoder: InstanceType<typeof TextDecoder> | null = null
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(xmlEncodingOf(chunk))
    parser.write(decoder.decode(chunk, { stream: true }))
    yield
  }
  parser.close()
  yield
}

/** Feeds a whole document to a handler. */
export async function readXml(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  handler: XmlHandler,
): Promise<void> {
  for await (const _ of parseXml(chunks, handler));
}

function localAttributes(attributes: Record<string, string>): XmlAttributes {
  for (const name in attributes) {
    if (!name.includes(':')) continue
    const local = localName(name)
    attributes[local] ??= attributes[name]!
  }
  return attributes
}

/** UTF-16 by its mark, else the encoding that the declaration names, if we know it. */
function xmlEncodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const begin = new TextDecoder('latin1').decode(head.subarray(0, 200))
  const name = /^<\?xml[^>]*encoding=["']([\w.-]+)["']/.exec(begin)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(name).encoding
  } catch {
    return 'utf-8'
  }
}
