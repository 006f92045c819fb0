/** How deep a JSON document goes: what walks it by recursion (validation, `JSON.stringify`, `jsonb`) has no bottom of its own. */

/** No probe and no tool's document needs a tenth of it. */
export const MAX_NESTING = 100

export function isTooDeep(value: unknown, levels = MAX_NESTING): boolean {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((part) => isTooDeep(part, levels - 1))
}
