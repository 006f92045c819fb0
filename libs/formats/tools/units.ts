/** Units of speeds that a person may name for a table whose headers do not. */

const UNITS = {
  'bit/s': 1,
  'kbit/s': 1e3,
  'Mbit/s': 1e6,
  'Gbit/s': 1e9,
  'B/s': 8,
  'kB/s': 8e3,
  'MB/s': 8e6,
  'GB/s': 8e9,
} as const
export type Unit = keyof typeof UNITS
export const UNIT_NAMES = Object.keys(UNITS) as Unit[]

/** Bit/s of a unit; B is a byte of 8 bits. */
export const bitsPerSecondOf = (unit: Unit): number => UNITS[unit]
