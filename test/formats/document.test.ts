import { documentTypeOf, hasExtensionOf } from '#formats/file'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const bytes = (text: string) => new TextEncoder().encode(text)

test.each([
  ['PDF', bytes('%PDF-1.7\n'), 'application/pdf'],
  ['PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0), 'image/png'],
  ['JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'image/jpeg'],
  ['a table', bytes('site;débit\nÉcole;2,5\n'), 'text/csv'],
  ['a table with a mark', bytes('\ufeffموقع,صبيب\r\nمدرسة,2\r\n'), 'text/csv'],
  ['a page', bytes('<html><script>alert(1)</script>,</html>'), null],
  ['a page after spaces', bytes('  \n<svg xmlns="x" a="1,2">'), null],
  ['a script', bytes('#!/bin/sh -e, x\n'), null],
  ['a program', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0x2c, 0x0a), null],
  ['no UTF-8', Uint8Array.of(0x61, 0x2c, 0xe9, 0x0a), null],
  ['a sentence', bytes('nothing in columns'), null],
  ['half a signature', bytes('%PD'), null],
  ['a later signature', bytes('x%PDF-1.7'), null],
  ['nothing', new Uint8Array(), null],
])('%s', (_name, content, type) => {
  expect(documentTypeOf(content)).toBe(type)
})

test('what holds a zero byte and no signature is never a table', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      expect(documentTypeOf(bytes(`a,${before}\0${after}`))).toBeNull()
    }),
    { seed: 20261126 },
  )
})

test('a name ends as its type', () => {
  expect(hasExtensionOf('photo.JPEG', 'image/jpeg')).toBe(true)
  expect(hasExtensionOf('photo.pdf', 'image/jpeg')).toBe(false)
  expect(hasExtensionOf('pdf', 'application/pdf')).toBe(false)
  expect(hasExtensionOf('a.pdf.exe', 'application/pdf')).toBe(false)
})
