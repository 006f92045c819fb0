/** Named amounts that a person may change: weights and unit costs. In URLs they are written `name:amount,name:amount`. */

/** The default of one amount and the largest value that it may have; the smallest is always 0. */
export interface Limit {
  default: number
  max: number
}

export type Limits<Name extends string> = Readonly<Record<Name, Limit>>

/** The reason for which amounts are refused, as a sentence for the person who entered them. */
export interface AmountRefusal {
  reason: string
}

/** Whether the result of parsing is a refusal. No amount is called `reason`. */
export const isAmountRefusal = (result: object): result is AmountRefusal => 'reason' in result

/** The amounts given by name, and the defaults of all others; a refusal where a name is unknown or an amount out of range. */
export function amountsOfObject<Name extends string>(
  given: Readonly<Record<string, unknown>>,
  limits: Limits<Name>,
): Record<Name, number> | AmountRefusal {
  for (const [name, amount] of Object.entries(given)) {
    if (!Object.hasOwn(limits, name))
      return { reason: `unknown name "${name}"; expected one of ${Object.keys(limits).join(', ')}` }
    const { max } = limits[name as Name]
    if (typeof amount !== 'number' || !(amount >= 0 && amount <= max))
      return { reason: `${name} must be a number from 0 to ${max}; it is ${JSON.stringify(amount)}` }
  }
  const names = Object.keys(limits) as Name[]
  return Object.fromEntries(
    names.map((name) => [name, (given[name] as number | undefined) ?? limits[name].default]),
  ) as Record<Name, number>
}

/** Parses `name:amount,name:amount`. An empty text gives all defaults; a faulty one gives a refusal. */
export function parseAmounts<Name extends string>(
  text: string,
  limits: Limits<Name>,
): Record<Name, number> | AmountRefusal {
  const parts = text === '' ? [] : text.split(',').map((part) => part.split(':'))
  for (const part of parts)
    if (part.length !== 2 || !/^\d{1,12}(\.\d{1,9})?$/.test(part[1]!))
      return { reason: `"${part.join(':')}" must have the form name:amount, for example people:5` }
  return amountsOfObject(Object.fromEntries(parts.map(([name, amount]) => [name!, Number(amount)])), limits)
}

/** Writes the amounts that differ from their defaults, in the order of the limits. */
export function formatAmounts<Name extends string>(
  amounts: Readonly<Record<Name, number>>,
  limits: Limits<Name>,
): string {
  const changed = (Object.keys(limits) as Name[]).filter((name) => amounts[name] !== limits[name].default)
  return changed.map((name) => `${name}:${amounts[name]}`).join(',')
}
