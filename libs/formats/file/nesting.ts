/**
 * How deep a document may lie in itself. What JSON.parse reads without recursion, JSON.stringify and validation walk with
 * it. No tool's document and no form of ours needs a tenth of this.
 */
export const MAX_NESTING = 100

export function isTooDeep(value: unknown, levels = MAX_NESTING): boolean {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((part) => isTooDeep(part, levels - 1))
}
