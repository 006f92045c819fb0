/**
 * How deeply a JSON document may be nested. JSON.parse reads any depth without recursion, but JSON.stringify and
 * validation recurse. No tool's document and no request of ours needs a tenth of this.
 */
export const MAX_NESTING = 100

/** Whether a parsed document is nested more than `levels` deep. */
export function isTooDeep(value: unknown, levels = MAX_NESTING): boolean {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((part) => isTooDeep(part, levels - 1))
}
